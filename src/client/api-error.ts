import type { ProblemDetails } from '../api/problem-details';

/** An answer that is no success. `message` says what happened and why. */
export class SluiceApiError extends Error {
  override readonly name = 'SluiceApiError';

  constructor(readonly problem: ProblemDetails) {
    super(problem.detail);
  }

  /** What programs match on. */
  get code(): ProblemDetails['code'] {
    return this.problem.code;
  }

  /** What to do next. */
  get hint(): string {
    return this.problem.hint;
  }

  /** Of HTTP. */
  get status(): number {
    return this.problem.status;
  }
}
