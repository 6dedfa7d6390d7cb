import { concurrencyOf, tooManyFailures } from '../../src/domain/job-defaults';

test.each([
  // failed, tried, maxFailures, too many
  [10, 10, undefined, false],
  [11, 11, undefined, true],
  [11, 54, undefined, true],
  [11, 55, undefined, false],
  [200, 1_000, undefined, false],
  [201, 1_000, undefined, true],
  [0, 0, undefined, false],
  [0, 5, 0, false],
  [1, 5, 0, true],
  [3, 3, 3, false],
  [4, 1_000_000, 3, true],
])('%d failed of %d with maxFailures %p: %p', (failed, tried, maxFailures, expected) => {
  expect(tooManyFailures(failed, tried, maxFailures)).toBe(expected);
});

test('a phase has its own concurrency or the default', () => {
  expect(concurrencyOf({ concurrency: { EMBEDDING: 9 } })).toEqual({ LOADING: 4, CHUNKING: 4, EMBEDDING: 9, INDEXING: 4 });
  expect(concurrencyOf(undefined)).toEqual({ LOADING: 4, CHUNKING: 4, EMBEDDING: 4, INDEXING: 4 });
});
