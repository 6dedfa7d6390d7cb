/** What went wrong, in the API's own words where it has some. */
import { SluiceApiError } from '../../client';

export interface ProblemWords {
  code: string | undefined;
  /** What happened and why; one line a problem. */
  message: string;
  /** What to do next. */
  hint: string | undefined;
}

export function problemWords(error: unknown): ProblemWords {
  if (error instanceof SluiceApiError) return { code: error.code, message: error.message, hint: error.hint };
  return { code: undefined, message: 'The API did not answer.', hint: 'It is asked again by itself. Whether a change arrived, the page shows when the API is back.' };
}
