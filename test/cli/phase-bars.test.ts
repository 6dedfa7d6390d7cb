import { phaseBars } from '../../src/cli/progress/phase-bars';
import { createStyle } from '../../src/cli/terminal/style';
import { widthOf } from '../../src/cli/terminal/text-width';
import { WAIT_REASONS } from '../../src/domain/wait-reason';
import { sampleJob, samplePhase } from './sample-job';

const plain = createStyle(false);

test('a line a phase: name, bar, percent, counts, state', () => {
  expect(phaseBars(sampleJob(), { columns: 90, style: plain, findRate: (phase) => (phase === 'CHUNKING' ? 12.4 : 3) })).toEqual([
    'LOADING   ██████████████████████████████ 100%  1,200/1,200  done · 2 failed',
    'CHUNKING  ███████████████░░░░░░░░░░░░░░░  50%    600/1,200  running · 12/s',
    'EMBEDDING ███░░░░░░░░░░░░░░░░░░░░░░░░░░░  10%    120/1,200  paused',
    'INDEXING  ███░░░░░░░░░░░░░░░░░░░░░░░░░░░  10%    120/1,200  waits for documents',
  ]);
});

test.each([200, 100, 80, 60, 45, 40, 30, 20, 12])('on %i columns every line fits, with the name first', (columns) => {
  for (const isColoured of [true, false]) {
    const lines = phaseBars(sampleJob(), { columns, style: createStyle(isColoured), findRate: () => 12_345 });
    expect(lines.map(widthOf).filter((width) => width >= columns)).toEqual([]);
    expect(lines[2]).toMatch(/^EMBEDDING/);
  }
});

test('why a phase waits is said in words', () => {
  const notes = WAIT_REASONS.map(
    (waitReason) => phaseBars({ phases: [samplePhase('EMBEDDING', { status: 'RUNNING', waitReason })] }, { columns: 100, style: plain })[0],
  );
  expect(new Set(notes).size).toBe(WAIT_REASONS.length);
  expect(notes.join()).not.toMatch(/_/);
});

test('a failed phase names its code, and a phase paused for its budget says so', () => {
  const lines = phaseBars(
    {
      phases: [
        samplePhase('LOADING', { status: 'FAILED', error: { code: 'SOURCE_NOT_FOUND', message: 'gone' } }),
        samplePhase('EMBEDDING', { status: 'PAUSED', waitReason: 'BUDGET' }),
      ],
    },
    { columns: 100, style: plain },
  );
  expect(lines[0]).toMatch(/SOURCE_NOT_FOUND$/);
  expect(lines[1]).toMatch(/paused: the budget is used up$/);
});

test('colours are only there when they are wanted', () => {
  const lines = (isColoured: boolean) => phaseBars(sampleJob(), { columns: 80, style: createStyle(isColoured) }).join('\n');
  expect(lines(false)).not.toContain('\x1b');
  expect(lines(true)).toContain('\x1b[32m');
});
