import { canJobMove, isJobFinished, JOB_STATUSES } from '../../src/domain/job-status';
import { canPhaseMove, isPhaseActive, isPhaseFinished, PHASE_STATUSES } from '../../src/domain/phase-status';

/** From the row's status to the column's: x where the contract allows it. */
const JOB_MATRIX = `
  from         NOT_STARTED PENDING RUNNING COMPLETED FAILED
  NOT_STARTED  .           x       .       .         x
  PENDING      .           .       x       .         x
  RUNNING      .           .       .       x         x
  COMPLETED    .           .       .       .         .
  FAILED       .           .       .       .         .`;

const PHASE_MATRIX = `
  from         NOT_STARTED RUNNING PAUSED COMPLETED FAILED
  NOT_STARTED  .           x       x      .         x
  RUNNING      .           .       x      x         x
  PAUSED       .           x       .      x         x
  COMPLETED    .           .       .      .         .
  FAILED       .           .       .      .         .`;

function cellsOf(matrix: string): { from: string; to: string; allowed: boolean }[] {
  const [header, ...rows] = matrix.trim().split('\n').map((line) => line.trim().split(/\s+/));
  return rows.flatMap(([from, ...marks]) => marks.map((mark, column) => ({ from: from!, to: header![column + 1]!, allowed: mark === 'x' })));
}

function drawn(statuses: readonly string[], canMove: (from: never, to: never) => boolean): { from: string; to: string; allowed: boolean }[] {
  return statuses.flatMap((from) => statuses.map((to) => ({ from, to, allowed: canMove(from as never, to as never) })));
}

test('a job moves exactly as the contract allows', () => {
  expect(drawn(JOB_STATUSES, canJobMove)).toEqual(cellsOf(JOB_MATRIX));
});

test('a phase moves exactly as the contract allows', () => {
  expect(drawn(PHASE_STATUSES, canPhaseMove)).toEqual(cellsOf(PHASE_MATRIX));
});

test('what is finished, and what is active', () => {
  expect(JOB_STATUSES.filter(isJobFinished)).toEqual(['COMPLETED', 'FAILED']);
  expect(PHASE_STATUSES.filter(isPhaseFinished)).toEqual(['COMPLETED', 'FAILED']);
  expect(PHASE_STATUSES.filter(isPhaseActive)).toEqual(['RUNNING', 'PAUSED']);
});
