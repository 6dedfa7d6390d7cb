import { averageRate, Throughput } from '../../src/dashboard/job/throughput';
import { seenJob } from './seen-job';

function seen(...counts: [atMs: number, embedded: number][]): Throughput {
  const throughput = new Throughput();
  for (const [atMs, embedded] of counts) throughput.add(seenJob({ at: new Date(atMs).toISOString(), processed: { EMBEDDING: embedded } }), atMs);
  return throughput;
}

test('the rate is that of the last 15 seconds, and falls to nothing while nothing comes', () => {
  const throughput = seen([0, 0], [10_000, 20], [20_000, 60], [25_000, 80]);
  expect(throughput.rate('EMBEDDING', 25_000)).toBeCloseTo((80 - 20) / 15);
  expect(throughput.rate('EMBEDDING', 60_000)).toBe(0);
  expect(throughput.rate('LOADING', 25_000)).toBe(0);
});

test('after less than a second nothing is said', () => {
  expect(new Throughput().rate('EMBEDDING', 0)).toBeUndefined();
  expect(seen([0, 0], [500, 10]).rate('EMBEDDING', 500)).toBeUndefined();
});

test('the time left is what is missing at the rate, for a phase that runs and a total that is final', () => {
  const throughput = seen([0, 0], [10_000, 20]);
  const job = seenJob({ at: '2026-11-24T10:00:00.000Z', processed: { EMBEDDING: 20 } });
  const view = job.phases[2]!;
  expect(throughput.secondsLeft(view, true, 10_000)).toBeCloseTo(40);
  expect(throughput.secondsLeft(view, false, 10_000)).toBeUndefined();
  expect(throughput.secondsLeft({ ...view, status: 'PAUSED' }, true, 10_000)).toBeUndefined();
  expect(throughput.secondsLeft(view, true, 60_000)).toBeUndefined();
});

test('the rates of spans add up to what was done in them', () => {
  const throughput = seen([0, 0], [4_000, 8], [10_000, 50]);
  const rates = throughput.rates('EMBEDDING', -10_000, 10_000, 40);
  expect(rates).toHaveLength(40);
  expect(rates.reduce((sum, rate) => sum + rate * 0.5, 0)).toBeCloseTo(50);
  expect(rates.slice(0, 20).every((rate) => rate === 0)).toBe(true);
  expect(rates[20]).toBeCloseTo(2);
});

test('a snapshot that comes twice counts once, and ten minutes are kept', () => {
  const throughput = seen([0, 0], [0, 50], [700_000, 60]);
  expect(throughput.sinceMs).toBe(700_000);
});

test('the average of a phase that has ended is over all of its time', () => {
  const view = seenJob({ at: '2026-11-24T10:00:00.000Z', processed: { EMBEDDING: 100 } }).phases[2]!;
  const ended = { ...view, startedAt: '2026-11-24T10:00:00.000Z', completedAt: '2026-11-24T10:00:20.000Z' };
  expect(averageRate(ended)).toBe(5);
  expect(averageRate({ ...ended, completedAt: ended.startedAt })).toBeUndefined();
  expect(averageRate(view)).toBeUndefined();
});
