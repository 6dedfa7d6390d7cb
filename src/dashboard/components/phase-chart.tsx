/** How fast one phase went: documents a second in each of some equal spans of time, on a scale from 0 to `top`. */
import type { JobPhase } from '../../domain/job-phase';
import { rate } from '../words/quantities';
import { PHASE_WORDS } from '../words/status-words';

const HEIGHT = 64;

export function PhaseChart({ phase, rates, top }: { phase: JobPhase; rates: readonly number[]; top: number }) {
  const name = PHASE_WORDS[phase];
  const most = Math.max(...rates);
  const width = rates.length;
  const points = rates
    .map((value) => (HEIGHT * (1 - value / top)).toFixed(1))
    .map((y, index) => `${index},${y} ${index + 1},${y}`)
    .join(' ');
  return (
    <li class="chart">
      <svg viewBox={`0 -2 ${width} ${HEIGHT + 4}`} preserveAspectRatio="none" role="img" aria-label={`${name}: at most ${rate(most)}, now ${rate(rates.at(-1)!)}`}>
        <path class="chart-grid" d={`M0 0H${width}M0 ${HEIGHT / 2}H${width}`} />
        <polygon class="chart-area" points={`0,${HEIGHT} ${points} ${width},${HEIGHT}`} />
        <polyline class="chart-line" points={points} />
        <path class="chart-base" d={`M0 ${HEIGHT}H${width}`} />
      </svg>
      <p aria-hidden="true">
        {name} <span>at most {rate(most)}</span>
      </p>
    </li>
  );
}
