import { Embedder, type EmbedOptions } from '../../src/embedding/embedder';
import type { GateStore, Reservation } from '../../src/embedding/gate-store';
import { createOpenAiProvider } from '../../src/embedding/openai/openai-provider';
import { ProviderError, type EmbeddingAnswer, type EmbeddingProvider } from '../../src/embedding/provider';
import { GateClosed, SharedGate } from '../../src/embedding/shared-gate';
import { PROBE, startEmbeddingsServer, type EmbeddingsServer } from './embeddings-server';

const FREE: Reservation = { isGranted: true, waitMs: 0, msPerRequest: 0, msPerToken: 0, isProbe: false, isTroubled: false };
const never = new AbortController().signal;

/** A store without waits: after a failure one request finds out, at once. */
function impatientStore() {
  const asked: [requests: number, tokens: number][] = [];
  let isDown = false;
  let failures = 0;
  const store: GateStore = {
    reserve: async (requests, tokens) => {
      asked.push([requests, tokens]);
      return { ...FREE, isProbe: isDown, isTroubled: isDown };
    },
    noteAnswer: async () => void (isDown = false),
    noteLimit: async () => undefined,
    noteFailure: async () => {
      isDown = true;
      // An outage of so many probes is longer than anyone waits.
      if (++failures >= 200) store.reserve = async () => ({ isGranted: false, reason: 'PROVIDER_DOWN', waitMs: 60_000, isProbing: false, message: 'down' });
    },
  };
  return { store, asked };
}

let server: EmbeddingsServer;
beforeEach(async () => (server = await startEmbeddingsServer({ dimensions: 8 })));
afterEach(() => server.close());

const provide = () => createOpenAiProvider({ apiKey: 'k', baseUrl: server.url, model: 'local', dimensions: 8 });

function batch(gate: SharedGate, names: readonly string[]) {
  const refused: string[] = [];
  const options: EmbedOptions = { jobId: 'job', gate, stop: never, abort: never, store: async () => undefined, refused: (hash) => void refused.push(hash) };
  return { refused, done: new Embedder(provide()).embedAll(names.map((text) => ({ hash: text, text, tokens: 1 })), options) };
}

test('asks for all that wait at once, and grants to nobody who came too late to be asked for', async () => {
  const { store, asked } = impatientStore();
  const gate = new SharedGate(store, provide());
  const passed = Array.from({ length: 5 }, (_, index) => gate.pass(index + 1, never));
  await Promise.all(passed);
  expect(asked).toEqual([[1, 1], [4, 14]]);
});

test('finds the texts on which the provider fails, alone in the world too', async () => {
  server.behaviour.failContaining = { text: 'POISON', fault: { kind: 'status', status: 500 } };
  for (const names of [['POISON'], ['POISON a', 'POISON b', 'POISON c'], ['good', 'POISON', 'fine']]) {
    const { refused, done } = batch(new SharedGate(impatientStore().store, provide()), names);
    expect(await done).toEqual({ finished: true });
    expect(refused.sort()).toEqual(names.filter((name) => name.includes('POISON')));
  }
});

test('in an outage no text is taken for the cause, and nothing but one word is sent', async () => {
  server.behaviour.always = { kind: 'status', status: 503 };
  const { refused, done } = batch(new SharedGate(impatientStore().store, provide()), ['good']);
  await expect(done).rejects.toBeInstanceOf(GateClosed);
  expect(refused).toEqual([]);
  const probes = server.log.slice(1).map(({ texts }) => texts.join());
  expect(probes.filter((text) => !PROBE.test(text))).toEqual([]);
});

test('a wait ends with its signal', async () => {
  const closed: Reservation = { isGranted: false, reason: 'RATE_LIMITED', waitMs: 5_000, isProbing: false, message: 'wait' };
  const gate = new SharedGate({ ...impatientStore().store, reserve: async () => closed }, provide());
  const pause = new AbortController();
  const waiting = gate.pass(1, pause.signal);
  pause.abort();
  expect(await waiting).toBeUndefined();
});

test('a cache before a provider that is down, which answers what it knows, makes no text the cause', async () => {
  const known = new Map<string, EmbeddingAnswer>();
  const real = provide();
  const cached: EmbeddingProvider = {
    ...real,
    async embed(texts, signal) {
      const key = texts.join();
      const answer = known.get(key) ?? (await real.embed(texts, signal));
      known.set(key, answer);
      return answer;
    },
  };
  const { store } = impatientStore();
  const gate = new SharedGate(store, cached);
  await store.noteFailure({ sentMsAgo: 0, retryAfterMs: undefined, message: 'down' });
  // The provider is back, is asked one word, and goes again.
  await gate.pass(1, never);
  expect(known.size).toBe(1);
  server.behaviour.always = { kind: 'status', status: 503 };
  const { refused, done } = batch(gate, ['good']);
  await expect(done).rejects.toBeInstanceOf(GateClosed);
  expect(refused).toEqual([]);
});

test('a provider that answers one word and nothing else for a while makes no text the cause', async () => {
  let failures = 0;
  server.behaviour.failContaining = { text: 'good', fault: { kind: 'status', status: 500 } };
  const { store } = impatientStore();
  const { noteFailure } = store;
  store.noteFailure = async (failure) => {
    if (++failures === 12) server.behaviour.failContaining = null;
    await noteFailure(failure);
  };
  const { refused, done } = batch(new SharedGate(store, provide()), ['good']);
  expect(await done).toEqual({ finished: true });
  expect([refused, failures]).toEqual([[], 12]);
});

describe('with grants that lie ahead', () => {
  beforeEach(() => void jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask'] }));
  afterEach(() => void jest.useRealTimers());
  const flush = () => new Promise<void>((resolve) => setImmediate(resolve));

  /** Every request is granted, 5 s ahead. */
  function slowStore() {
    const { store, asked } = impatientStore();
    const { reserve } = store;
    store.reserve = async (requests, tokens) => {
      const reply = await reserve(requests, tokens);
      return { ...reply, waitMs: 5_000 } as Reservation;
    };
    return { store, asked };
  }

  test('says that it waits until the last has gone, or given up', async () => {
    const gate = new SharedGate(slowStore().store, provide());
    const pause = new AbortController();
    const [first, second] = [gate.pass(1, never), gate.pass(1, pause.signal)];
    await flush();
    expect(gate.waitsFor).toBe('RATE_LIMITED');
    pause.abort();
    expect(gate.waitsFor).toBe('RATE_LIMITED');
    await jest.advanceTimersByTimeAsync(5_000);
    expect(await first).toBeDefined();
    expect(await second).toBeUndefined();
    expect(gate.waitsFor).toBeUndefined();
  });

  test('keeps its turn when the limit has no more to give meanwhile, and none is asked for it again', async () => {
    const { store, asked } = slowStore();
    const gate = new SharedGate(store, provide());
    const granted = gate.pass(1, never);
    await flush();
    store.reserve = async () => ({ isGranted: false, reason: 'RATE_LIMITED', waitMs: 11_000, isProbing: false, message: 'used up' });
    await expect(gate.pass(1, never)).rejects.toMatchObject({ reason: 'RATE_LIMITED', retryMs: 11_000 });
    await jest.advanceTimersByTimeAsync(5_000);
    expect(await granted).toBeDefined();
    expect(asked).toEqual([[1, 1]]);
  });

  test('one that has given up after its grant asks for no other when the provider goes meanwhile', async () => {
    const { store, asked } = slowStore();
    const gate = new SharedGate(store, provide());
    const sent = gate.pass(1, never);
    await flush();
    await jest.advanceTimersByTimeAsync(5_000);
    const passage = (await sent)!;
    const pause = new AbortController();
    const waiting = gate.pass(7, pause.signal);
    await flush();
    pause.abort();
    expect(await waiting).toBeUndefined();
    await passage.failed(new ProviderError('rate-limited', 'not now'));
    await jest.advanceTimersByTimeAsync(5_000);
    await flush();
    expect(asked).toEqual([[1, 1], [1, 7]]);
  });
});
