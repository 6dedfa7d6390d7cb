/** A provider whose requests are measured. */
import { ProviderError, type EmbeddingProvider } from '../embedding/provider';
import type { ProviderRequest, WorkObserver } from './work-observer';

export function observedProvider(inner: EmbeddingProvider, observer: WorkObserver): EmbeddingProvider {
  const { provider, model } = inner;
  const embed: EmbeddingProvider['embed'] = async (texts, signal) => {
    const begunMs = performance.now();
    const told = (outcome: ProviderRequest['outcome']): void => observer.providerRequest({ provider, model, outcome, seconds: (performance.now() - begunMs) / 1_000 });
    try {
      const answer = await inner.embed(texts, signal);
      told('ok');
      return answer;
    } catch (error) {
      told(error instanceof ProviderError ? error.kind : 'aborted');
      throw error;
    }
  };
  // Whatever else it says of itself it says itself.
  return new Proxy(inner, { get: (target, key) => (key === 'embed' ? embed : (Reflect.get(target, key, target) as unknown)) });
}
