/** Far more than a worker has at work: what is forgotten is of activities that have gone elsewhere. */
const MAX_REMEMBERED = 10_000;

/**
 * How often each activity ended in an error that nobody foresaw. Its number of attempts would not do: it counts the waits for servers and
 * providers too, and a job that has waited often would fail at the first error.
 */
export class UnforeseenErrors {
  /** Activity → errors, the least recent first. */
  readonly #counts = new Map<string, number>();

  /** Counts one. @returns how many there have been, with this one */
  count(activity: string): number {
    const count = (this.#counts.get(activity) ?? 0) + 1;
    this.#counts.delete(activity);
    this.#counts.set(activity, count);
    if (this.#counts.size > MAX_REMEMBERED) {
      const [oldest] = this.#counts.keys();
      this.#counts.delete(oldest!);
    }
    return count;
  }

  forget(activity: string): void {
    this.#counts.delete(activity);
  }
}
