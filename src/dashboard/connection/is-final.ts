import { SluiceApiError } from '../../client';

/** Asked again, the API would say the same. */
export function isFinal(error: unknown): boolean {
  return error instanceof SluiceApiError && error.status < 500 && error.status !== 401 && error.status !== 429;
}
