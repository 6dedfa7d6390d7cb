import { ProviderError, type ProviderErrorKind } from '../../src/embedding/provider';
import { createOpenAiProvider } from '../../src/embedding/openai/openai-provider';
import { startEmbeddingsServer, type EmbeddingsServer, type Fault } from './embeddings-server';
import { describeProvider } from './provider-conformance';

const KEY = 'sk-secret-1234567890';
const never = new AbortController().signal;
let server: EmbeddingsServer;

beforeEach(async () => {
  server = await startEmbeddingsServer({ dimensions: 64 });
});
afterEach(() => server.close());

const provide = (options: { timeoutMs?: number; model?: string; dimensions?: number; apiKey?: string } = {}) =>
  createOpenAiProvider({ apiKey: KEY, baseUrl: server.url, model: 'local', dimensions: 64, ...options });

async function failure(fault: Fault, texts = ['one', 'two', 'three']): Promise<ProviderError> {
  server.behaviour.faults = [fault];
  // Only what hangs may time out, however busy the machine is.
  const timeoutMs = fault.kind.startsWith('hang') ? 300 : 20_000;
  const error: unknown = await provide({ timeoutMs }).embed(texts, never).then(() => undefined, (thrown: unknown) => thrown);
  if (!(error instanceof ProviderError)) throw new Error(`not a ProviderError: ${String(error)}`);
  return error;
}

describeProvider('openai', () => provide());

describe('answers', () => {
  it.each<Fault['kind']>(['short', 'wrong-dimensions', 'nan', 'repeated-index', 'not-json'])('that are wrong (%s) are not taken', async (kind) => {
    expect((await failure({ kind } as Fault)).kind).toBe('answer');
  });

  it('are put in the order of the texts', async () => {
    const right = await provide().embed(['one', 'two', 'three'], never);
    server.behaviour.faults = [{ kind: 'shuffled' }];
    expect(await provide().embed(['one', 'two', 'three'], never)).toEqual(right);
  });

  it('may be lists of numbers though base64 was asked for', async () => {
    const right = await provide().embed(['one'], never);
    server.behaviour.faults = [{ kind: 'floats' }];
    expect(await provide().embed(['one'], never)).toEqual(right);
    expect(server.bodies[0]!.encoding_format).toBe('base64');
  });

  it('of zeros have no vector', async () => {
    server.behaviour.faults = [{ kind: 'zeros' }];
    expect((await provide().embed(['one'], never)).vectors).toEqual([null]);
  });

  it('say what was charged', async () => {
    expect((await provide().embed(['12345678', '1234'], never)).tokens).toBe(3);
  });
});

describe('errors', () => {
  const status = (code: number, error: object = {}): Fault => ({ kind: 'status', status: code, error });

  it.each<[string, Fault, ProviderErrorKind]>([
    ['401', status(401), 'auth'],
    ['403', status(403), 'auth'],
    ['404, an unknown model', status(404, { code: 'model_not_found', message: 'The model does not exist' }), 'request'],
    ['405', status(405), 'request'],
    ['400 about the model', status(400, { param: 'model', message: 'model is too long' }), 'request'],
    ['400 for an unknown reason', status(400, { message: 'No.' }), 'request'],
    ['400, context length', status(400, { message: "This model's maximum context length is 8192 tokens" }), 'text'],
    ['400 with its code', status(400, { code: 'context_length_exceeded' }), 'text'],
    ['400 about the input', status(400, { param: 'input', message: "'$.input' is invalid" }), 'text'],
    ['413', status(413), 'text'],
    ['422, a batch too large', status(422, { message: 'batch size 64 > maximum allowed batch size 32' }), 'text'],
    ['429', status(429), 'rate-limited'],
    ['429, quota', status(429, { code: 'insufficient_quota' }), 'unavailable'],
    ['408', status(408), 'unavailable'],
    ['500', status(500), 'unavailable'],
    ['503', status(503), 'unavailable'],
    ['a reset before the answer', { kind: 'reset' }, 'unavailable'],
    ['a reset in the answer', { kind: 'reset-in-answer' }, 'unavailable'],
    ['silence', { kind: 'hang' }, 'unavailable'],
    ['silence in the answer', { kind: 'hang-in-answer' }, 'unavailable'],
  ])('%s', async (_name, fault, kind) => {
    expect((await failure(fault)).kind).toBe(kind);
    expect(server.stats().requests).toBe(1); // The package must not try again by itself.
  });

  it('a server that is not there is unavailable', async () => {
    const provider = provide();
    await server.close();
    await expect(provider.embed(['one'], never)).rejects.toMatchObject({ kind: 'unavailable', message: expect.stringContaining('ECONNREFUSED') });
  });

  it.each([
    [{ 'retry-after': '7' }, 7_000],
    [{ 'retry-after-ms': '250', 'retry-after': '9' }, 250],
    [{ 'retry-after': '86400' }, 600_000],
    [{ 'retry-after': 'Fri, 01 Jan 2100 00:00:00 GMT' }, 600_000],
    [{ 'retry-after': 'Thu, 01 Jan 1970 00:00:00 GMT' }, 0],
    [{ 'retry-after': 'soon' }, undefined],
    [{}, undefined],
  ])('carry what the answer asks to wait: %j', async (headers, expected) => {
    expect((await failure({ kind: 'status', status: 429, headers: headers as Record<string, string> })).retryAfterMs).toBe(expected);
  });

  it('never show the key', async () => {
    server.behaviour.key = 'another';
    for (const fault of [status(401, { message: `bad key ${KEY}` }), status(500, { message: `bad key ${KEY}` }), status(400, { message: `bad key ${KEY}` })]) {
      const error = await failure(fault);
      expect(JSON.stringify([error.message, error.stack, error.cause ?? null])).not.toContain(KEY);
    }
    await expect(provide().embed(['one'], never)).rejects.toMatchObject({ kind: 'auth' });
  });

  it('an abort ends a request with the reason of the signal', async () => {
    server.behaviour.faults = [{ kind: 'hang' }];
    const abort = new AbortController();
    const reason = new Error('cancelled');
    const embedding = provide().embed(['one'], abort.signal);
    while (server.stats().requests === 0) await new Promise(setImmediate);
    abort.abort(reason);
    await expect(embedding).rejects.toBe(reason);
  });
});

describe('models', () => {
  it('know their dimensions, and send others only where the model can', async () => {
    const small = createOpenAiProvider({ apiKey: KEY, baseUrl: server.url });
    expect([small.model, small.dimensions]).toEqual(['text-embedding-3-small', 1536]);
    await expect(small.embed(['one'], never)).rejects.toMatchObject({ kind: 'answer' });
    const short = createOpenAiProvider({ apiKey: KEY, baseUrl: server.url, model: 'text-embedding-3-large', dimensions: 100 });
    expect((await short.embed(['one'], never)).vectors[0]).toHaveLength(100);
    expect(server.bodies.map(({ dimensions }) => dimensions)).toEqual([undefined, 100]);
  });

  it.each([
    ['unknown', undefined],
    ['text-embedding-ada-002', 512],
    ['text-embedding-3-small', 1537],
    ['unknown', 1.5],
    ['unknown', 0],
    ['toString', undefined],
  ])('%s with %p dimensions can not be', (model, dimensions) => {
    expect(() => createOpenAiProvider({ apiKey: KEY, model, dimensions })).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
  });

  it('that refuse to be told dimensions are not told', async () => {
    server.behaviour.refuseDimensions = true;
    const provider = provide();
    await provider.embed(['one'], never);
    await provider.embed(['two'], never);
    expect(server.bodies.map(({ dimensions }) => dimensions)).toEqual([64, undefined, undefined]);
  });

  it('take nothing from the environment', async () => {
    const before = { ...process.env };
    Object.assign(process.env, { OPENAI_BASE_URL: 'http://127.0.0.1:1', OPENAI_API_KEY: 'other', OPENAI_ADMIN_KEY: 'admin' });
    try {
      server.behaviour.key = KEY;
      expect((await provide().embed(['one'], never)).vectors).toHaveLength(1);
    } finally {
      process.env = before;
    }
  });
});
