/** A worker that lasts until the process is told to stop. */
import type { CommandContext, ServerSession } from './context';
import { EXIT_DONE } from './exit-code';
import { listenForInterruption, untilAborted } from './interruption';

/** Answers the exit code; rejects when the worker breaks. @param onReady called when it works */
export async function serveWork({ io }: CommandContext, session: ServerSession, onReady: () => void): Promise<number> {
  const interruption = listenForInterruption(io, ['signal']);
  try {
    const worker = await session.startWorker({ isLasting: true });
    try {
      onReady();
      await Promise.race([untilAborted(interruption.signal), worker.ended]);
      io.say('Stopping: what is at work may finish.');
    } finally {
      await worker.shutdown();
    }
    return EXIT_DONE;
  } finally {
    interruption.dispose();
  }
}
