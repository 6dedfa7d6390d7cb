/** A fixed number of slots, given in the order in which they were asked for. */
export class RequestSlots {
  readonly #waiting = new Set<(granted: boolean) => void>();
  #free: number;

  constructor(count: number) {
    this.#free = count;
  }

  /** Resolves to true with a slot, which must be released; to false when the signal ends the waiting first. */
  acquire(signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return Promise.resolve(false);
    if (this.#free > 0) {
      this.#free--;
      return Promise.resolve(true);
    }
    return new Promise((resolve) => {
      const giveUp = () => answer(false);
      const answer = (granted: boolean) => {
        this.#waiting.delete(answer);
        signal.removeEventListener('abort', giveUp);
        resolve(granted);
      };
      this.#waiting.add(answer);
      signal.addEventListener('abort', giveUp);
    });
  }

  release(): void {
    const [next] = this.#waiting;
    if (next) next(true);
    else this.#free++;
  }
}
