import { Embedder, type EmbedOptions } from '../../src/embedding/embedder';
import type { GateStore, Reservation } from '../../src/embedding/gate-store';
import { createOpenAiProvider } from '../../src/embedding/openai/openai-provider';
import { GateClosed, SharedGate } from '../../src/embedding/shared-gate';
import { startEmbeddingsServer, type EmbeddingsServer } from './embeddings-server';

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
      if (++failures >= 30) store.reserve = async () => ({ isGranted: false, reason: 'PROVIDER_DOWN', waitMs: 60_000, isProbing: false, message: 'down' });
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
  expect(new Set(server.log.slice(1).map(({ texts }) => texts.join()))).toEqual(new Set(['test']));
});

test('a wait ends with its signal', async () => {
  const closed: Reservation = { isGranted: false, reason: 'RATE_LIMITED', waitMs: 5_000, isProbing: false, message: 'wait' };
  const gate = new SharedGate({ ...impatientStore().store, reserve: async () => closed }, provide());
  const pause = new AbortController();
  const waiting = gate.pass(1, pause.signal);
  pause.abort();
  expect(await waiting).toBeUndefined();
});
