/** How fast each phase of a job goes, from the snapshots that were seen. Pure arithmetic: drawn in components/throughput-chart.tsx. */
import { JOB_PHASES, perPhase, type JobPhase, type PerPhase } from '../../domain/job-phase';
import type { JobStatusResponse, PhaseStatusView } from '../../domain/job-view';

/** Batches finish in bursts: over less the rate would jump. */
const RATE_WINDOW_MS = 15_000;
const KEPT_MS = 10 * 60_000;

interface Sample {
  atMs: number;
  processed: PerPhase<number>;
}

export class Throughput {
  private readonly samples: Sample[] = [];

  /** @param atMs when it arrived, by the clock that the rates are asked by */
  add(job: JobStatusResponse, atMs: number): void {
    const last = this.samples.at(-1);
    if (last !== undefined && atMs <= last.atMs) return;
    this.samples.push({ atMs, processed: perPhase((phase) => job.phases[JOB_PHASES.indexOf(phase)]!.itemsProcessed) });
    while (this.samples[0]!.atMs < atMs - KEPT_MS) this.samples.shift();
  }

  /** undefined: nothing was seen yet. */
  get sinceMs(): number | undefined {
    return this.samples[0]?.atMs;
  }

  get lastMs(): number | undefined {
    return this.samples.at(-1)?.atMs;
  }

  /** Documents a second lately; undefined when too little was seen to say. */
  rate(phase: JobPhase, nowMs: number): number | undefined {
    const first = this.samples[0];
    if (first === undefined || nowMs - first.atMs < 1_000) return undefined;
    const fromMs = Math.max(first.atMs, nowMs - RATE_WINDOW_MS);
    return ((this.processedAt(phase, nowMs) - this.processedAt(phase, fromMs)) * 1_000) / (nowMs - fromMs);
  }

  /** Seconds until the phase has all documents, at its rate; undefined when that can't be told. */
  secondsLeft(view: PhaseStatusView, totalIsFinal: boolean, nowMs: number): number | undefined {
    const rate = this.rate(view.phase, nowMs);
    if (!totalIsFinal || view.status !== 'RUNNING' || rate === undefined || rate <= 0) return undefined;
    return (view.itemsTotal - view.itemsProcessed) / rate;
  }

  /** Documents a second in each of `count` equal spans from `fromMs` to `toMs`. */
  rates(phase: JobPhase, fromMs: number, toMs: number, count: number): number[] {
    const spanMs = (toMs - fromMs) / count;
    return Array.from({ length: count }, (_, index) => {
      const startMs = fromMs + index * spanMs;
      return ((this.processedAt(phase, startMs + spanMs) - this.processedAt(phase, startMs)) * 1_000) / spanMs;
    });
  }

  /** Between two snapshots the count is taken to have grown evenly. */
  private processedAt(phase: JobPhase, atMs: number): number {
    const after = this.samples.findIndex((sample) => sample.atMs >= atMs);
    if (after === -1) return this.samples.at(-1)?.processed[phase] ?? 0;
    const next = this.samples[after]!;
    const previous = this.samples[after - 1];
    if (previous === undefined) return next.processed[phase];
    const share = (atMs - previous.atMs) / (next.atMs - previous.atMs);
    return previous.processed[phase] + share * (next.processed[phase] - previous.processed[phase]);
  }
}

/** Documents a second over the whole of a phase that has ended; undefined when it took no measurable time. */
export function averageRate({ itemsProcessed, startedAt, completedAt }: PhaseStatusView): number | undefined {
  if (startedAt === null || completedAt === null) return undefined;
  const seconds = (Date.parse(completedAt) - Date.parse(startedAt)) / 1_000;
  return seconds > 0 ? itemsProcessed / seconds : undefined;
}
