/** Ctrl-C as an AbortSignal, for the time in which a command can end in order. */
import type { CliIo, InterruptReason } from './cli-io';

export interface Interruption {
  signal: AbortSignal;
  /** Stops listening: from here on a signal ends the process. */
  dispose(): void;
}

/** @param reasons what counts */
export function listenForInterruption(io: CliIo, reasons: readonly InterruptReason[]): Interruption {
  const controller = new AbortController();
  const dispose = io.onInterrupt((reason) => {
    if (reasons.includes(reason)) controller.abort();
  });
  return { signal: controller.signal, dispose };
}

export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
