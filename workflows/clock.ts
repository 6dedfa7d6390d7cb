/**
 * The time of what happens to a job: of what an activity has brought about, when the activity says that it was done. By the workflow's own clock it
 * would be the workflow task that takes note of it, but a query that comes before that task has the result replayed at the time of the task before:
 * a job that ended while no worker was there would have ended when the last one went, and say so for ever.
 */
export class Clock {
  #doneAt: string | undefined;

  /** ISO 8601 */
  readonly now = (): string => this.#doneAt ?? new Date().toISOString();

  /** Takes note of a result, at its time. @param at absent: recorded when activities did not tell it yet */
  during(at: string | undefined, takeNote: () => void): void {
    this.#doneAt = at;
    try {
      takeNote();
    } finally {
      this.#doneAt = undefined;
    }
  }
}
