/** A worker that lasts until the process is told to stop. */
import { listenForMetrics, type MetricsListener } from '../metrics/metrics-listener';
import type { ProcessMetrics } from '../metrics/process-metrics';
import type { CommandContext, ServerSession } from './context';
import { EXIT_DONE } from './exit-code';
import { listenForInterruption, untilAborted } from './interruption';

/** What is in the process beside the worker. */
export interface Beside {
  /** The worker's are added to it; absent: nothing is measured. */
  metrics?: ProcessMetrics;
  /** Of the API in this process. */
  apiUrl?: string;
}

/** Answers the exit code; rejects when the worker breaks. @param onReady called when it works */
export async function serveWork({ io, config }: CommandContext, session: ServerSession, { metrics, apiUrl }: Beside, onReady: () => void): Promise<number> {
  const interruption = listenForInterruption(io, ['signal']);
  try {
    const worker = await session.startWorker({ isLasting: true, metrics, dashboardUrl: config.dashboardUrl ?? apiUrl });
    let listener: MetricsListener | undefined;
    try {
      if (metrics !== undefined && config.metricsAddress !== undefined) {
        listener = await listenForMetrics(config.metricsAddress, metrics);
        io.say(`Metrics: ${listener.url}/metrics`);
      }
      onReady();
      await Promise.race([untilAborted(interruption.signal), worker.ended]);
      io.say('Stopping: what is at work may finish.');
    } finally {
      await worker.shutdown();
      await listener?.close();
    }
    return EXIT_DONE;
  } finally {
    interruption.dispose();
  }
}
