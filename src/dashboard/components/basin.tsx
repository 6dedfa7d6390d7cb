/**
 * One phase as a part of the channel, in section: the water stands as high as its progress, a pixel a percent, and behind it is the
 * gate: raised, or let down when the phase is paused. Each basin lies a step lower than the one before, so that the water goes on.
 */
import type { PhaseStatusView } from '../../domain/job-view';
import { JOB_PHASES } from '../../domain/job-phase';

const STEP = 7;
const DEPTH = 100;
const RIM = 26;
const BED = RIM + DEPTH;
const HEIGHT = BED + 3 * STEP + 14;
/** Half the height of a wave, which goes up and down around the level. */
const WAVE = 3;
const TICKS = [0, 25, 50, 75, 100];

export function Basin({ view }: { view: PhaseStatusView }) {
  const { phase, status, progress, inFlight } = view;
  const index = JOB_PHASES.indexOf(phase);
  const isClosed = status === 'PAUSED' || status === 'FAILED';
  const isFlowing = status === 'RUNNING' && inFlight > 0;
  const isLast = index === JOB_PHASES.length - 1;
  return (
    <svg class={`basin basin-${status.toLowerCase()}`} height={HEIGHT} width="100%" aria-hidden="true">
      <g transform={`translate(0 ${index * STEP})`}>
        {/* What lies beyond the walls and below the bed is cut off. */}
        <svg width="100%" height={BED}>
          <g class={status === 'FAILED' ? 'water is-failed' : 'water'} style={{ transform: `translateY(${BED - progress - (isFlowing ? WAVE : 0)}px)` }}>
            <rect x="0" y={isFlowing ? WAVE : 0} width="100%" height={DEPTH} />
            {progress > 0 && isFlowing && <rect class="waves" x="-24" y="0" width="200%" height={2 * WAVE} fill="url(#wave)" />}
            {progress > 0 && !isFlowing && <line class="surface" x1="0" x2="100%" y1="0" y2="0" />}
          </g>
        </svg>
        <rect x="0" y={BED} width="100%" height="9" fill="url(#earth)" />
        <line class="channel-line" x1="0" x2="100%" y1={BED} y2={BED} />
        {index > 0 && <line class="channel-line" x1="0" x2="0" y1={BED - STEP} y2={BED} />}
        {index === 0 && <line class="channel-line" x1="1" x2="1" y1={RIM - 8} y2={BED} />}
        <g class="gauge">
          {TICKS.map((tick) => (
            <line key={tick} x1="1" x2={tick % 50 === 0 ? 9 : 6} y1={BED - tick} y2={BED - tick} />
          ))}
        </g>
        <svg x="100%" overflow="visible">
          <g class={`gate gate-${status.toLowerCase()}`} transform="translate(-9 0)">
            {isFlowing && <path class="jet" d={isLast ? `M-14 ${BED - 5}h24` : `M-14 ${BED - 5}h18q6 0 8 8`} />}
            <path class="gate-frame" d={`M-5 4V${BED}M5 4V${BED}M-9 4H9`} />
            <path class="gate-stem" d={isClosed ? `M0 4V${RIM + 8}` : 'M0 0V14'} />
            <rect class="gate-plate" x="-3" width="6" y={isClosed ? RIM + 8 : 14} height={isClosed ? DEPTH - 8 : 44} rx="1" />
          </g>
        </svg>
      </g>
    </svg>
  );
}
