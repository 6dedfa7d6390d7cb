import { guaranteesPage } from './guarantees';
import { FAULTS, MOMENTS } from './matrix';
import { PROMISES } from './promises';
import type { ResultLine } from './results';

const figures = {
  durationMs: 20_000, outageMs: 100, recoveryMs: 4_000, slowestStatusMs: 200, slowestCommandMs: 900, looks: 9, textsRepeated: 30, loadAverage: 1, felt: true, mirrorLagMs: 5,
};
const origin = { seed: 1, commit: 'abc1234', date: '2026-01-02T03:04:05.000Z' };
const cell = (name: string, violations: string[] = [], more: object = {}): ResultLine => ({
  kind: 'cell', ...origin, cell: name, workers: 1, end: 'COMPLETED', violations, figures, ...more,
});

test('each fault and moment has its place, and each promise its row', () => {
  const page = guaranteesPage([]);
  for (const fault of FAULTS) expect(page).toContain(`| ${fault} |`);
  expect(page).toContain(MOMENTS.join(' | '));
  for (const { promise } of PROMISES) expect(page).toContain(promise);
});

test('the last result of a cell and seed counts; what is broken is named with its promise', () => {
  const mended = guaranteesPage([cell('worker-kill@EMBEDDING', ['(b) 9 texts were paid for twice']), cell('worker-kill@EMBEDDING')]);
  expect(mended).toContain('1 of 1 cells kept every promise');
  expect(mended).not.toContain('Broken');
  const broken = guaranteesPage([cell('worker-kill@EMBEDDING'), cell('worker-kill@EMBEDDING', ['(b) 9 texts | twice'], { seed: 2 })]);
  expect(broken).toContain('1 of 2 cells kept every promise');
  expect(broken).toContain('worker-kill@EMBEDDING, seed 2, load 1: (b) 9 texts \\| twice');
  expect(broken).toMatch(/\| worker-kill \|( +\|){3} ✗ 1\/2/);
});

test('a cell in which only something took too long is told apart', () => {
  expect(guaranteesPage([cell('worker-kill@EMBEDDING', ['(time) `sluice status` took 3016 ms'])])).toMatch(/\| worker-kill \|( +\|){3} ◷ 0\/1/);
});

test('what was not run is said with its reason; what is run by now is not', () => {
  const notRun = { kind: 'not-run', ...origin, cell: 'disk-full@finish', why: 'needs root' } as const;
  expect(guaranteesPage([notRun])).toContain('- disk-full@finish: needs root.');
  expect(guaranteesPage([notRun, cell('disk-full@finish')])).not.toContain('needs root');
});

test('a defect that nobody noticed is shown as such', () => {
  const defect = { kind: 'defect', ...origin, promise: 'a', defect: 'vectors in the wrong order', cell: 'provider-shuffled@EMBEDDING', says: '' } as const;
  expect(guaranteesPage([{ ...defect, found: true }])).toContain('| vectors in the wrong order (abc1234) |');
  expect(guaranteesPage([{ ...defect, found: false }])).toContain('not noticed: vectors in the wrong order');
});
