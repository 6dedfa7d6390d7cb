import { coveringSet, FAULTS, MOMENTS, wholeProduct } from './matrix';

const countBy = <T>(items: readonly T[], keyOf: (item: T) => string): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  return counts;
};

test.each([0, 1, 7, 12, 1000])('the covering set of seed %s: every fault and every moment at least three times, no cell twice, at most 70', (seed) => {
  const cells = coveringSet(seed);
  expect(cells.length).toBeLessThanOrEqual(70);
  expect(new Set(cells.map(({ name }) => name)).size).toBe(cells.length);
  const faults = countBy(cells, ({ fault }) => fault);
  const moments = countBy(cells, ({ moment }) => moment);
  for (const fault of FAULTS) expect([fault, faults.get(fault)! >= 3]).toEqual([fault, true]);
  for (const moment of MOMENTS) expect([moment, moments.get(moment)! >= 3]).toEqual([moment, true]);
  expect(coveringSet(seed)).toEqual(cells);
});

test('three seeds that follow each other make up the whole product', () => {
  const names = [6, 7, 8].flatMap((seed) => coveringSet(seed).map(({ name }) => name));
  expect(names.sort()).toEqual(wholeProduct(6).map(({ name }) => name).sort());
});
