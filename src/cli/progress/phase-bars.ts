/** The four bars: a job's snapshot → lines of text. A pure function of what it is given. */
import type { JobPhase } from '../../domain/job-phase';
import type { JobStatusResponse, PhaseStatusView } from '../../domain/job-view';
import type { PhaseStatus } from '../../domain/phase-status';
import type { Style } from '../terminal/style';
import { cut, padEnd, padStart, widthOf } from '../terminal/text-width';
import { count, rate, waitReasonInWords } from '../terminal/words';

export interface BarsLayout {
  /** Of the terminal. */
  columns: number;
  style: Style;
  /** Documents a second of a phase, when it is known. */
  findRate?: (phase: JobPhase) => number | undefined;
}

const NAME_COLUMNS = 'EMBEDDING'.length;
const LONGEST_BAR = 30;
/** Below, a bar says less than the figure beside it. */
const SHORTEST_BAR = 8;
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** A line a phase, each narrower than the terminal. */
export function phaseBars(job: Pick<JobStatusResponse, 'phases'>, { columns, style, findRate }: BarsLayout): string[] {
  const counts = job.phases.map(countsOf);
  const countColumns = Math.max(...counts.map(widthOf));
  const notes = job.phases.map((view) => noteOf(view, findRate?.(view.phase)));
  const fixedColumns = NAME_COLUMNS + countColumns + 2 + ' 100%'.length;
  // The last column stays free: a terminal that has written it may wrap.
  const freeColumns = columns - 1 - fixedColumns;
  const barColumns = Math.min(LONGEST_BAR, freeColumns - 3 - Math.min(24, Math.max(...notes.map(widthOf))));

  return job.phases.map((view, index) => {
    const paint = paintOf(view, style);
    const bar = barColumns >= SHORTEST_BAR ? `${paint(barOf(view, barColumns))} ` : '';
    const figures = `${padStart(`${view.progress}%`, 4)}  ${padStart(counts[index] as string, countColumns)}`;
    const start = `${padEnd(view.phase, NAME_COLUMNS)} ${bar}${figures}`;
    const note = cut(notes[index] as string, columns - 1 - widthOf(start) - 2);
    // On a terminal too narrow for the figures, the name and what fits of them.
    return widthOf(start) >= columns
      ? cut(`${view.phase} ${view.progress}%`, columns - 1)
      : note === ''
        ? start
        : `${start}  ${paint(note)}`;
  });
}

function countsOf({ itemsProcessed, itemsTotal }: PhaseStatusView): string {
  return `${count(itemsProcessed)}/${count(itemsTotal)}`;
}

function barOf({ status, progress }: PhaseStatusView, columns: number): string {
  const eighths = status === 'COMPLETED' ? columns * 8 : Math.floor((progress * columns * 8) / 100);
  const filled = '█'.repeat(Math.floor(eighths / 8)) + EIGHTHS[eighths % 8];
  return filled + '░'.repeat(columns - widthOf(filled));
}

function noteOf({ status, waitReason, itemsFailed, error }: PhaseStatusView, perSecond: number | undefined): string {
  const parts = [stateInWords(status, waitReason, error)];
  if (status === 'RUNNING' && waitReason === null && perSecond) parts.push(rate(perSecond));
  if (itemsFailed > 0) parts.push(`${count(itemsFailed)} failed`);
  return parts.filter((part) => part !== '').join(' · ');
}

function stateInWords(status: PhaseStatus, waitReason: PhaseStatusView['waitReason'], error: PhaseStatusView['error']): string {
  if (status === 'FAILED') return error ? error.code : 'failed';
  if (status === 'COMPLETED') return 'done';
  if (status === 'PAUSED') return waitReason && waitReason !== 'PAUSED' ? `paused: ${waitReasonInWords(waitReason)}` : 'paused';
  if (waitReason) return waitReasonInWords(waitReason);
  return status === 'RUNNING' ? 'running' : '';
}

function paintOf({ status, waitReason }: PhaseStatusView, style: Style): (text: string) => string {
  if (status === 'FAILED') return style.bad;
  if (status === 'COMPLETED') return style.good;
  if (status === 'NOT_STARTED') return style.dim;
  return status === 'PAUSED' || (waitReason !== null && waitReason !== 'UPSTREAM' && waitReason !== 'DOWNSTREAM')
    ? style.warning
    : (text) => text;
}
