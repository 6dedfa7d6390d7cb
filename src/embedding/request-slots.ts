type Waiter = (granted: boolean) => void;

/** Jobs whose last turn is remembered: far more than are at work in one process. */
const MAX_REMEMBERED_JOBS = 1_000;

/**
 * A fixed number of slots. Of the jobs that wait, the one whose last turn is the longest ago gets the next: a job with many requests does
 * not make another's first one wait behind them all.
 */
export class RequestSlots {
  /** Job → its waiters in the order of their asking. */
  readonly #waiting = new Map<string, Set<Waiter>>();
  /** Job → number of its last turn, the oldest first. */
  readonly #turns = new Map<string, number>();
  #turn = 0;
  #free: number;

  constructor(count: number) {
    this.#free = count;
  }

  /** Resolves to true with a slot, which must be released; to false when the signal ends the waiting first. */
  acquire(jobId: string, signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return Promise.resolve(false);
    if (this.#free > 0) {
      this.#free--;
      this.#noteTurn(jobId);
      return Promise.resolve(true);
    }
    return new Promise((resolve) => {
      const waiters = this.#waiting.get(jobId) ?? new Set();
      const giveUp = () => answer(false);
      const answer = (granted: boolean) => {
        waiters.delete(answer);
        if (waiters.size === 0) this.#waiting.delete(jobId);
        signal.removeEventListener('abort', giveUp);
        resolve(granted);
      };
      waiters.add(answer);
      this.#waiting.set(jobId, waiters);
      signal.addEventListener('abort', giveUp);
    });
  }

  release(): void {
    const lastTurn = (jobId: string) => this.#turns.get(jobId) ?? -1;
    let next: string | undefined;
    for (const jobId of this.#waiting.keys()) if (next === undefined || lastTurn(jobId) < lastTurn(next)) next = jobId;
    if (next === undefined) {
      this.#free++;
      return;
    }
    this.#noteTurn(next);
    const [first] = this.#waiting.get(next)!;
    first!(true);
  }

  #noteTurn(jobId: string): void {
    this.#turns.delete(jobId);
    this.#turns.set(jobId, this.#turn++);
    if (this.#turns.size <= MAX_REMEMBERED_JOBS) return;
    const [oldest] = this.#turns.keys();
    this.#turns.delete(oldest!);
  }
}
