import fc from 'fast-check';
import { addOne, addRange, takeFirst, type Ranges } from '../../workflows/ranges';

type Step = { add: [from: number, length: number] } | { take: true };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ add: fc.tuple(fc.nat(60), fc.integer({ min: 0, max: 8 })) }),
  fc.record({ add: fc.tuple(fc.nat(60), fc.constant(1)) }),
  fc.constant({ take: true as const }),
);

test('ranges hold exactly the numbers of a set, sorted, disjoint and never touching', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80, size: 'max' }), (steps) => {
      const ranges: Ranges = [];
      const set = new Set<number>();
      for (const wish of steps) {
        if ('take' in wish) {
          const smallest = set.size === 0 ? undefined : Math.min(...set);
          expect(takeFirst(ranges)).toBe(smallest);
          if (smallest !== undefined) set.delete(smallest);
        } else {
          const [from, length] = wish.add;
          const numbers = Array.from({ length }, (_, index) => from + index);
          if (numbers.some((number) => set.has(number))) continue;
          if (length === 1) addOne(ranges, from);
          else addRange(ranges, from, from + length);
          numbers.forEach((number) => set.add(number));
        }
        const held = ranges.flatMap(([low, high]) => Array.from({ length: high - low }, (_, index) => low + index));
        expect(held).toEqual([...set].sort((a, b) => a - b));
        expect(ranges.every(([low, high], index) => low < high && (index === 0 || ranges[index - 1]![1] < low))).toBe(true);
      }
    }),
    { numRuns: 500 },
  );
});

test('ten million batches in order stay one pair', () => {
  const ranges: Ranges = [];
  addRange(ranges, 0, 10_000_000);
  for (let number = 0; number < 1_000; number++) expect(takeFirst(ranges)).toBe(number);
  for (let number = 999; number >= 0; number--) addOne(ranges, number);
  expect(ranges).toEqual([[0, 10_000_000]]);
});
