/** What one attempt has found out about its requests, the next one goes on from, however soon the gate closes. */
import { Embedder } from '../../src/embedding/embedder';
import { ProviderError, type EmbeddingProvider } from '../../src/embedding/provider';
import type { RequestGate } from '../../src/embedding/request-gate';
import { GateClosed, type SharedGate } from '../../src/embedding/shared-gate';
import { batch, manualProvider, textsOf } from './embedder-bench';

type Reason = NonNullable<SharedGate['waitsFor']>;

const TEXTS = textsOf(...Array.from({ length: 50 }, (_, number) => `text ${number}`));
const POISONED = TEXTS[33]!;

function poisonedProvider(kind: 'unavailable' | 'text') {
  const sizes: number[] = [];
  const embed: EmbeddingProvider['embed'] = async (texts) => {
    sizes.push(texts.length);
    if (texts.includes(POISONED.text)) throw new ProviderError(kind, 'not this one');
    return { vectors: texts.map(() => Float32Array.of(1)), tokens: texts.length };
  };
  return { sizes, provider: { ...manualProvider({ maxTextsPerRequest: 16, maxConcurrentRequests: 1 }).provider, embed } };
}

/** Lets requests pass until one has not succeeded: for the rest of the attempt it is closed. */
function closingGate(reason: Reason): RequestGate {
  let isClosed = false;
  return {
    async pass() {
      if (isClosed) throw new GateClosed(reason, 'closed', 30_000);
      isClosed = true;
      return {
        answered: async (charged) => void (isClosed = charged === 0),
        failed: async () => undefined,
        unused: () => undefined,
      };
    },
  };
}

test.each([
  ['unavailable', 'PROVIDER_DOWN', 60],
  ['text', 'RATE_LIMITED', 10],
] as const)('a text by which a request fails (%s) is found though every failure closes the gate (%s)', async (kind, reason, most) => {
  const { provider, sizes } = poisonedProvider(kind);
  const embedder = new Embedder(provider);
  const { options, stored, refused } = batch();
  let attempts = 0;
  for (let isFinished = false; !isFinished; ) {
    expect(++attempts).toBeLessThan(most);
    const missing = TEXTS.filter(({ hash }) => !stored.includes(hash) && !refused.includes(hash));
    isFinished = await embedder.embedAll(missing, { ...options, gate: closingGate(reason) }).then(
      ({ finished }) => finished,
      (error: unknown) => {
        expect(error).toMatchObject({ reason });
        return false;
      },
    );
  }
  expect(refused).toEqual([POISONED.hash]);
  expect([...stored].sort()).toEqual(TEXTS.map(({ hash }) => hash).filter((hash) => hash !== POISONED.hash).sort());
  expect(Math.max(...sizes)).toBe(16);
});

test('what is kept of a request stays within what the next attempt may send', async () => {
  const { provider, sizes } = poisonedProvider('unavailable');
  const embedder = new Embedder(provider);
  const { options } = batch();
  await expect(embedder.embedAll(TEXTS.slice(32, 48), { ...options, gate: closingGate('PROVIDER_DOWN') })).rejects.toThrow(GateClosed);
  await expect(embedder.embedAll(TEXTS.slice(32, 48), { ...options, gate: closingGate('PROVIDER_DOWN'), maxTokensPerRequest: 4 })).rejects.toThrow(GateClosed);
  expect(sizes).toEqual([16, 4]);
});
