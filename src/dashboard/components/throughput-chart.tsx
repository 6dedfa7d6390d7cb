/** Documents a second in each phase since the page was opened: four small charts on one scale, below their basins. */
import type { JobStatusResponse } from '../../domain/job-view';
import type { Throughput } from '../job/throughput';
import { duration, rate } from '../words/quantities';
import { PhaseChart } from './phase-chart';

const SPANS = 60;
const MIN_SHOWN_MS = 30_000;
const MAX_SHOWN_MS = 5 * 60_000;

export function ThroughputChart({ job, throughput, nowMs }: { job: JobStatusResponse; throughput: Throughput; nowMs: number }) {
  const { sinceMs } = throughput;
  const endMs = job.finishedAt === null ? nowMs : Math.max(throughput.lastMs ?? 0, (sinceMs ?? 0) + 1);
  const wasWatched = sinceMs !== undefined && endMs - sinceMs > 1_000;
  if (!wasWatched) return null;
  const shownMs = Math.min(MAX_SHOWN_MS, Math.max(MIN_SHOWN_MS, endMs - sinceMs));
  const series = job.phases.map(({ phase }) => throughput.rates(phase, endMs - shownMs, endMs, SPANS));
  const top = niceCeiling(Math.max(...series.flat(), 0.1));
  return (
    <section aria-labelledby="throughput">
      <h2 id="throughput">Throughput</h2>
      <p class="section-note">
        Documents a second over the last {duration(shownMs / 1_000)}, each on a scale from 0 to {rate(top)}.
      </p>
      <ul class="charts">
        {job.phases.map(({ phase }, index) => (
          <PhaseChart key={phase} phase={phase} rates={series[index]!} top={top} />
        ))}
      </ul>
    </section>
  );
}

/** The next of 1, 2 and 5 times a power of ten. */
function niceCeiling(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value)!;
}
