import { Embedder, type EmbedOptions, type TextToEmbed } from '../../src/embedding/embedder';
import { createOpenAiProvider } from '../../src/embedding/openai/openai-provider';
import { ProviderError, type EmbeddingAnswer, type EmbeddingProvider } from '../../src/embedding/provider';
import { OPEN_GATE, type RequestGate } from '../../src/embedding/request-gate';
import { startEmbeddingsServer, type Fault } from './embeddings-server';

/** A provider whose requests are answered one by one, by the test. */
function manualProvider(limits: Partial<EmbeddingProvider['limits']> = {}) {
  const requests: { texts: readonly string[]; answer(): void; fail(error: unknown): void }[] = [];
  const provider: EmbeddingProvider = {
    provider: 'manual', model: 'm', dimensions: 1, tokenizer: 'cl100k_base', vectorWeight: 1,
    limits: { maxTextsPerRequest: 1, maxTokensPerRequest: 100, maxTokensPerText: 100, maxConcurrentRequests: 2, ...limits },
    embed: (texts, signal) =>
      new Promise<EmbeddingAnswer>((resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
        requests.push({ texts, answer: () => resolve({ vectors: texts.map(() => Float32Array.of(1)), tokens: texts.length }), fail: reject });
      }),
  };
  return { provider, requests };
}

/** Lets everything run that can run without an answer. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

const textsOf = (...names: string[]): TextToEmbed[] => names.map((name) => ({ hash: `#${name}`, text: name, tokens: 1 }));

/** As before a provider that is waited for, without the waiting. */
const PATIENT_GATE: RequestGate = {
  async pass(tokens, signal) {
    const passage = await OPEN_GATE.pass(tokens, signal);
    return passage && { ...passage, failed: () => Promise.resolve() };
  },
};

function batch(jobId = 'one') {
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

describe('Embedder', () => {
  it('stores each answer at once, with requests of all batches together within the limit', async () => {
    const { provider, requests } = manualProvider();
    const embedder = new Embedder(provider);
    const [one, two] = [batch(), batch()];
    const first = embedder.embedAll(textsOf('a', 'b'), one.options);
    const second = embedder.embedAll(textsOf('c', 'd'), two.options);
    await settle();
    expect(requests.map(({ texts }) => texts[0])).toEqual(['a', 'b']);
    requests[1]!.answer();
    await settle();
    expect(one.stored).toEqual(['#b']);
    expect(requests).toHaveLength(3);
    for (let sent = 0; sent < requests.length; sent++) {
      requests[sent]!.answer();
      await settle();
    }
    expect(await Promise.all([first, second])).toEqual([{ finished: true }, { finished: true }]);
    expect([one.stored, two.stored]).toEqual([['#b', '#a'], ['#c', '#d']]);
    expect(one.tokens() + two.tokens()).toBe(4);
  });

  it('sends nothing for no texts, and a text that is there twice once', async () => {
    const { provider, requests } = manualProvider();
    const embedder = new Embedder(provider);
    expect(await embedder.embedAll([], batch().options)).toEqual({ finished: true });
    const running = embedder.embedAll(textsOf('a', 'a'), batch().options);
    await settle();
    requests[0]!.answer();
    expect(await running).toEqual({ finished: true });
    expect(requests).toHaveLength(1);
  });

  it('a pause starts no request, waits for those sent and stores them', async () => {
    const { provider, requests } = manualProvider();
    const one = batch();
    let done = false;
    const running = new Embedder(provider).embedAll(textsOf('a', 'b', 'c'), one.options).finally(() => (done = true));
    await settle();
    one.pause.abort();
    await settle();
    expect([requests.length, done]).toEqual([2, false]);
    requests.forEach((request) => request.answer());
    expect(await running).toEqual({ finished: false });
    expect(one.stored).toEqual(['#a', '#b']);
    expect(requests).toHaveLength(2);
  });

  it('a pause ends the waiting for a slot and for what other batches have in hand', async () => {
    const { provider, requests } = manualProvider({ maxConcurrentRequests: 1 });
    const embedder = new Embedder(provider);
    const [one, two, three] = [batch(), batch(), batch()];
    const first = embedder.embedAll(textsOf('a'), one.options);
    const waitsForSlot = embedder.embedAll(textsOf('b'), two.options);
    const waitsForText = embedder.embedAll(textsOf('a'), three.options);
    await settle();
    two.pause.abort();
    three.pause.abort();
    expect(await Promise.all([waitsForSlot, waitsForText])).toEqual([{ finished: false }, { finished: false }]);
    requests[0]!.answer();
    expect(await first).toEqual({ finished: true });
    expect(requests).toHaveLength(1);
  });

  it('an abort ends requests and rejects with its reason', async () => {
    const { provider, requests } = manualProvider();
    const one = batch();
    const running = new Embedder(provider).embedAll(textsOf('a', 'b', 'c'), one.options);
    await settle();
    const reason = new Error('shutdown');
    one.cancel.abort(reason);
    await expect(running).rejects.toBe(reason);
    expect([requests.length, one.stored]).toEqual([2, []]);
  });

  it('sends a text that two batches need once', async () => {
    const { provider, requests } = manualProvider();
    const embedder = new Embedder(provider);
    const [one, two] = [batch(), batch()];
    const first = embedder.embedAll(textsOf('a', 'b'), one.options);
    const second = embedder.embedAll(textsOf('b', 'c', 'a'), two.options);
    await settle();
    for (let sent = 0; sent < requests.length; sent++) {
      requests[sent]!.answer();
      await settle();
    }
    expect(await Promise.all([first, second])).toEqual([{ finished: true }, { finished: true }]);
    expect(requests.map(({ texts }) => texts[0]).sort()).toEqual(['a', 'b', 'c']);
    expect([one.stored.sort(), two.stored]).toEqual([['#a', '#b'], ['#c']]);
    // A batch that looked into the database just before they were stored comes late.
    expect(await embedder.embedAll(textsOf('a', 'b'), batch().options)).toEqual({ finished: true });
    expect(requests).toHaveLength(3);
  });

  it('a batch takes over a text when the one that had it gives up', async () => {
    const { provider, requests } = manualProvider({ maxConcurrentRequests: 1 });
    const embedder = new Embedder(provider);
    const [one, two] = [batch(), batch()];
    const first = embedder.embedAll(textsOf('a', 'b'), one.options);
    const second = embedder.embedAll(textsOf('b'), two.options);
    await settle();
    one.pause.abort();
    requests[0]!.answer();
    expect(await first).toEqual({ finished: false });
    await settle();
    requests[1]!.answer();
    expect(await second).toEqual({ finished: true });
    expect(two.stored).toEqual(['#b']);
  });

  it.each(['rate-limited', 'unavailable', 'auth', 'request', 'answer'] as const)('an error (%s) starts no more, stores what was sent and is thrown', async (kind) => {
    const { provider, requests } = manualProvider();
    const embedder = new Embedder(provider);
    const one = batch();
    const error = new ProviderError(kind, 'no');
    const running = embedder.embedAll(textsOf('a', 'b', 'c'), { ...one.options, gate: OPEN_GATE });
    await settle();
    requests[0]!.fail(error);
    await settle();
    requests[1]!.answer();
    await expect(running).rejects.toBe(error);
    expect([requests.length, one.stored]).toEqual([2, ['#b']]);
    const again = embedder.embedAll(textsOf('a'), batch().options);
    await settle();
    requests[2]!.answer();
    expect(await again).toEqual({ finished: true });
  });

  it('an error of the store ends the batch, and the text is free for others', async () => {
    const { provider, requests } = manualProvider();
    const embedder = new Embedder(provider);
    const one = batch();
    const error = new Error('the database is gone');
    const running = embedder.embedAll(textsOf('a'), { ...one.options, store: () => Promise.reject(error) });
    const waiting = embedder.embedAll(textsOf('a'), one.options);
    await settle();
    requests[0]!.answer();
    await expect(running).rejects.toBe(error);
    await settle();
    requests[1]!.answer();
    expect(await waiting).toEqual({ finished: true });
    expect(one.stored).toEqual(['#a']);
  });

  it('does not send what another worker has stored while the request waited', async () => {
    const { provider, requests } = manualProvider({ maxTextsPerRequest: 2 });
    const one = batch();
    const findStored = (hashes: readonly string[]) => Promise.resolve(new Set(hashes.filter((hash) => hash !== '#b')));
    const running = new Embedder(provider).embedAll(textsOf('a', 'b', 'c', 'd'), { ...one.options, findStored });
    await settle();
    requests[0]!.answer();
    expect(await running).toEqual({ finished: true });
    expect(requests.map(({ texts }) => texts)).toEqual([['b']]);
    expect([one.stored, one.tokens()]).toEqual([['#b'], 1]);
  });

  it('gives back a passage that it does not use, and has one for just what it sends', async () => {
    const { provider, requests } = manualProvider({ maxTextsPerRequest: 2 });
    const one = batch();
    const passages: string[] = [];
    const gate: RequestGate = {
      async pass(tokens, signal) {
        const passage = await OPEN_GATE.pass(tokens, signal);
        return passage && { ...passage, answered: async () => void passages.push(`${tokens} used`), unused: () => void passages.push(`${tokens} unused`) };
      },
    };
    const findStored = (hashes: readonly string[]) => Promise.resolve(new Set(hashes.filter((hash) => hash !== '#b')));
    const running = new Embedder(provider).embedAll(textsOf('a', 'b', 'c', 'd'), { ...one.options, gate, findStored });
    await settle();
    requests[0]!.answer();
    await running;
    expect(passages.sort()).toEqual(['1 used', '2 unused', '2 unused']);
  });

  it('sends nothing after a pause that comes while it is looked what is stored', async () => {
    const { provider, requests } = manualProvider();
    const one = batch();
    const findStored = () => {
      one.pause.abort();
      return Promise.resolve(new Set<string>());
    };
    expect(await new Embedder(provider).embedAll(textsOf('a', 'b'), { ...one.options, findStored })).toEqual({ finished: false });
    expect(requests).toEqual([]);
  });

  it('texts that others have stored say nothing of the provider: a text that fails beside them is no sooner refused', async () => {
    const { provider, requests } = manualProvider();
    const one = batch();
    const findStored = (hashes: readonly string[]) => Promise.resolve(new Set(requests.length > 0 ? hashes.filter((hash) => hash !== '#a') : []));
    const running = new Embedder(provider).embedAll(textsOf('a', 'b', 'c', 'd'), { ...one.options, findStored });
    for (let sent = 0; sent < 32; sent++) {
      await settle();
      requests[sent]?.fail(new ProviderError('unavailable', 'down'));
    }
    expect(await running).toEqual({ finished: true });
    expect(requests.filter(({ texts }) => texts[0] === 'a')).toHaveLength(30);
    expect(one.refused).toEqual(['#a']);
  });

  it('an answer that is stored is no more lost when the gate cannot note it', async () => {
    const { provider, requests } = manualProvider();
    const embedder = new Embedder(provider);
    const forgetful: RequestGate = {
      async pass(tokens, signal) {
        const passage = await OPEN_GATE.pass(tokens, signal);
        return passage && { ...passage, answered: () => Promise.reject(new Error('the database is gone')) };
      },
    };
    const [one, two] = [batch(), batch()];
    const first = embedder.embedAll(textsOf('a'), { ...one.options, gate: forgetful });
    const waiting = embedder.embedAll(textsOf('a'), two.options);
    await settle();
    requests[0]!.answer();
    expect(await Promise.all([first, waiting])).toEqual([{ finished: true }, { finished: true }]);
    expect([requests.length, one.stored, two.stored]).toEqual([1, ['#a'], []]);
  });

  it('finds the one text that a real server refuses, among many that it embeds', async () => {
    const server = await startEmbeddingsServer({ dimensions: 8, refuseContaining: 'POISON' });
    try {
      const embedder = new Embedder(createOpenAiProvider({ apiKey: 'k', baseUrl: server.url, model: 'local', dimensions: 8 }));
      const names = Array.from({ length: 600 }, (_, index) => (index === 300 ? 'POISON' : `text ${index}`));
      const [one, two] = [batch(), batch()];
      const both = [embedder.embedAll(textsOf(...names), one.options), embedder.embedAll(textsOf('POISON', 'text 7'), two.options)];
      expect(await Promise.all(both)).toEqual([{ finished: true }, { finished: true }]);
      expect([one.refused, two.refused]).toEqual([['#POISON'], ['#POISON']]);
      expect(one.stored).toHaveLength(599);
      expect(server.stats()).toMatchObject({ paidTexts: 599, distinctTexts: 599 });
    } finally {
      await server.close();
    }
  });

  it.each<Fault>([{ kind: 'status', status: 500 }, { kind: 'reset' }, { kind: 'nan' }])('finds the one text on which a server fails (%j), though nothing says that it is the text', async (fault) => {
    const server = await startEmbeddingsServer({ dimensions: 8, failContaining: { text: 'POISON', fault } });
    try {
      const embedder = new Embedder(createOpenAiProvider({ apiKey: 'k', baseUrl: server.url, model: 'local', dimensions: 8 }));
      const one = batch();
      const names = Array.from({ length: 100 }, (_, index) => (index === 30 ? 'POISON' : `text ${index}`));
      expect(await embedder.embedAll(textsOf(...names), one.options)).toEqual({ finished: true });
      expect([one.refused, one.stored.length]).toEqual([['#POISON'], 99]);
      expect(names.filter((name) => name !== 'POISON' && fault.kind !== 'nan' && server.paid.get(name) !== 1)).toEqual([]);
      // 1 whole twice, 7 halvings, and the text alone until it is sure; half of them go through.
      expect(server.stats().requests).toBeLessThanOrEqual(2 + 2 * 7 + 6);
    } finally {
      await server.close();
    }
  });

  it('jobs take turns: a small one does not wait for all requests of a large one', async () => {
    const { provider, requests } = manualProvider({ maxConcurrentRequests: 1 });
    const embedder = new Embedder(provider);
    const [large, other, small] = [batch('large'), batch('large'), batch('small')];
    const running = [
      embedder.embedAll(textsOf('a', 'b', 'c'), large.options),
      embedder.embedAll(textsOf('d', 'e'), other.options),
      embedder.embedAll(textsOf('x', 'y'), small.options),
    ];
    for (let sent = 0; sent < 7; sent++) {
      await settle();
      requests[sent]!.answer();
    }
    await Promise.all(running);
    const order = requests.map(({ texts }) => texts[0]!);
    expect(order.indexOf('x')).toBeLessThanOrEqual(2);
    expect(order.indexOf('y')).toBeLessThanOrEqual(4);
  });

  it('counts tokens by our own count when the provider does not say', async () => {
    const server = await startEmbeddingsServer({ dimensions: 8, sendsUsage: false });
    try {
      const one = batch();
      await new Embedder(createOpenAiProvider({ apiKey: 'k', baseUrl: server.url, model: 'local', dimensions: 8 })).embedAll(textsOf('a', 'b', 'c'), one.options);
      expect(one.tokens()).toBe(3);
    } finally {
      await server.close();
    }
  });

  it('gets through a server with small batches and a few outages, paying for each text once', async () => {
    const server = await startEmbeddingsServer({ dimensions: 8, maxTexts: 32, faults: [{ kind: 'status', status: 500 }, { kind: 'reset' }, { kind: 'status', status: 429 }] });
    try {
      const embedder = new Embedder(createOpenAiProvider({ apiKey: 'k', baseUrl: server.url, model: 'local', dimensions: 8 }));
      const one = batch();
      expect(await embedder.embedAll(textsOf(...Array.from({ length: 500 }, (_, index) => `text ${index}`)), one.options)).toEqual({ finished: true });
      expect(new Set(one.stored).size).toBe(500);
      expect(server.behaviour.faults).toEqual([]);
      expect(server.stats()).toMatchObject({ paidTexts: 500, distinctTexts: 500 });
      expect(server.stats().maxConcurrent).toBeLessThanOrEqual(4);
    } finally {
      await server.close();
    }
  });
});
