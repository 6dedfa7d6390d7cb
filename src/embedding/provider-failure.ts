import { SluiceError } from '../domain/errors';
import type { ProviderError } from './provider';

/** What no waiting mends, as the error that ends a job or a search; undefined when it may pass by itself. */
export function lastingFailure(error: ProviderError): SluiceError | undefined {
  if (error.kind === 'auth') return new SluiceError('PROVIDER_AUTH', error.message, { cause: error });
  if (error.kind === 'request') return new SluiceError('PROVIDER_REFUSED', error.message, { cause: error });
  return undefined;
}
