/** Sets of batch numbers as half-open ranges, sorted and disjoint: ten million batches of a long job stay a few pairs in its state. */
export type Ranges = [from: number, to: number][];

/** Removes the smallest number and returns it; undefined when there is none. */
export function takeFirst(ranges: Ranges): number | undefined {
  const first = ranges[0];
  if (first === undefined) return undefined;
  const number = first[0]++;
  if (first[0] >= first[1]) ranges.shift();
  return number;
}

/** Adds all numbers of [from, to); they must not be in the set. */
export function addRange(ranges: Ranges, from: number, to: number): void {
  if (from >= to) return;
  let at = ranges.findIndex((range) => range[1] >= from);
  if (at === -1) at = ranges.length;
  const before = ranges[at];
  if (before !== undefined && before[1] === from) {
    before[1] = to;
    const after = ranges[at + 1];
    if (after !== undefined && after[0] === to) {
      before[1] = after[1];
      ranges.splice(at + 1, 1);
    }
  } else if (before !== undefined && before[0] === to) before[0] = from;
  else ranges.splice(at, 0, [from, to]);
}

export function addOne(ranges: Ranges, number: number): void {
  addRange(ranges, number, number + 1);
}
