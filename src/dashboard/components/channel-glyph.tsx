/** A whole job in small: four basins with their levels, a closed gate where a phase is paused. The words are beside it. */
import type { PhaseStatusView } from '../../domain/job-view';

const BASIN = 24;
const DEPTH = 20;

export function ChannelGlyph({ phases }: { phases: readonly PhaseStatusView[] }) {
  return (
    <svg class="glyph" viewBox="0 0 100 26" aria-hidden="true">
      {phases.map(({ phase, status, progress }, index) => {
        const level = (progress / 100) * DEPTH;
        const left = 2 + index * BASIN;
        return (
          <g key={phase}>
            <rect class={status === 'FAILED' ? 'water is-failed' : 'water'} x={left} y={23 - level} width={BASIN} height={level} />
            <path class={`glyph-gate gate-${status.toLowerCase()}`} d={`M${left + BASIN} ${status === 'PAUSED' || status === 'FAILED' ? '4v19' : '2v7'}`} />
          </g>
        );
      })}
      <path class="channel-line" d="M2 2v21h96" />
    </svg>
  );
}
