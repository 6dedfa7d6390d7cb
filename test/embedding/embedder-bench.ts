/** For tests of the Embedder. */
import type { EmbedOptions, TextToEmbed } from '../../src/embedding/embedder';
import type { EmbeddingAnswer, EmbeddingProvider } from '../../src/embedding/provider';
import { OPEN_GATE, type RequestGate } from '../../src/embedding/request-gate';

/** A provider whose requests are answered one by one, by the test. */
export function manualProvider(limits: Partial<EmbeddingProvider['limits']> = {}) {
  const requests: { texts: readonly string[]; answer(): void; fail(error: unknown): void }[] = [];
  const provider: EmbeddingProvider = {
    provider: 'manual', model: 'm', dimensions: 1, tokenizer: 'cl100k_base', vectorWeight: 1,
    limits: { maxTextsPerRequest: 1, maxTokensPerRequest: 100, maxConcurrentRequests: 2, ...limits },
    embed: (texts, signal) =>
      new Promise<EmbeddingAnswer>((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
        requests.push({ texts, answer: () => resolve({ vectors: texts.map(() => Float32Array.of(1)), tokens: texts.length }), fail: reject });
      }),
  };
  return { provider, requests };
}

/** Lets everything run that can run without an answer. */
export const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

export const textsOf = (...names: string[]): TextToEmbed[] => names.map((name) => ({ hash: `#${name}`, text: name, tokens: 1 }));

/** As before a provider that is waited for, without the waiting. */
const PATIENT_GATE: RequestGate = {
  async pass(tokens, signal) {
    const passage = await OPEN_GATE.pass(tokens, signal);
    return passage && { ...passage, failed: () => Promise.resolve() };
  },
};

export function batch(jobId = 'one') {
  const stored: string[] = [];
  const refused: string[] = [];
  const pause = new AbortController();
  const cancel = new AbortController();
  let tokens = 0;
  const options: EmbedOptions = {
    jobId,
    gate: PATIENT_GATE,
    store: async (answers, charged) => {
      stored.push(...answers.map(({ hash }) => hash));
      tokens += charged;
    },
    refused: (hash) => void refused.push(hash),
    stop: pause.signal,
    abort: cancel.signal,
  };
  return { stored, refused, pause, cancel, options, tokens: () => tokens };
}
