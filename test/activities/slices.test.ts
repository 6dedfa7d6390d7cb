import fc from 'fast-check';
import { slicesOf } from '../../activities/slices';

test('slices keep the order, lose nothing, and stay below the limit unless one item alone is above it', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(50)), fc.integer({ min: 1, max: 100 }), (sizes, limit) => {
      const items = sizes.map((size, index) => ({ size, index }));
      const slices = slicesOf(items, ({ size }) => size, limit);
      expect(slices.flat()).toEqual(items);
      const total = (slice: { size: number }[]) => slice.reduce((sum, { size }) => sum + size, 0);
      for (const slice of slices) expect(slice.length === 1 || total(slice) <= limit).toBe(true);
      // No slice could have taken the first item of the next.
      slices.slice(1).forEach((slice, index) => expect(total(slices[index]!) + slice[0]!.size).toBeGreaterThan(limit));
    }),
  );
});
