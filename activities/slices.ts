/** Cuts a list into runs whose sizes add up to at most `limit`; one that alone has more is a run by itself. */
export function slicesOf<T>(items: readonly T[], sizeOf: (item: T) => number, limit: number): T[][] {
  const slices: T[][] = [];
  let size = 0;
  for (const item of items) {
    const last = slices[slices.length - 1];
    if (last === undefined || size + sizeOf(item) > limit) {
      slices.push([item]);
      size = sizeOf(item);
    } else {
      last.push(item);
      size += sizeOf(item);
    }
  }
  return slices;
}
