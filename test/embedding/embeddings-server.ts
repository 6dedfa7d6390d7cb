/**
 * A small server that speaks OpenAI's embeddings API, for tests, end-to-end tests and the benchmark: real HTTP, deterministic vectors,
 * a count of every text it was paid for, and faults on command.
 *
 *   node dist/test/embedding/embeddings-server.js --port 0 --latency-ms 300 --dimensions 256
 *
 * prints a line with its base URL. GET /stats gives the counts, POST /control sets {@link ServerBehaviour}.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import { hashedVector } from './hashed-vector';

/** What a worker sends to find out whether the provider is back. */
export const PROBE = /^test [0-9a-f]{8}$/;

/** What happens to one request instead of a right answer. Faults that break the answer are paid for; those that refuse the request are not. */
export type Fault =
  | { kind: 'latency'; ms: number }
  | { kind: 'status'; status: number; error?: { message?: string; code?: string; type?: string; param?: string }; headers?: Record<string, string> }
  | { kind: 'hang' | 'hang-in-answer' | 'reset' | 'reset-in-answer' | 'not-json' }
  | { kind: 'short' | 'shuffled' | 'wrong-dimensions' | 'nan' | 'repeated-index' | 'floats' | 'zeros' };

export interface ServerBehaviour {
  latencyMs: number;
  dimensions: number;
  /** Faults for the next requests, one each, in order. */
  faults: Fault[];
  /** A fault for every request that has none in `faults`: an outage. */
  always: Fault | null;
  /** A text that contains this is refused as too long, and with it its request. */
  refuseContaining: string | null;
  /** A text that contains this makes its request end in the fault. */
  failContaining: { text: string; fault: Fault } | null;
  /** Whether answers say how many tokens were charged. */
  sendsUsage: boolean;
  /** Requests with more texts than this are refused, as by servers with a small batch. */
  maxTexts: number;
  /** Whether `dimensions` in a request is refused. */
  refuseDimensions: boolean;
  /** The one key that is right; null: any. */
  key: string | null;
}

export interface ServerStats {
  requests: number;
  /** Requests that were paid for. */
  paidRequests: number;
  /** Texts in them, and how many different ones. */
  paidTexts: number;
  distinctTexts: number;
  tokens: number;
  /** The most requests at work at once. */
  maxConcurrent: number;
  /** Texts of the largest request. */
  maxTextsInRequest: number;
}

export interface EmbeddingsServer {
  /** Base URL with the version: what OPENAI_BASE_URL is set to. */
  readonly url: string;
  readonly behaviour: ServerBehaviour;
  /** Each paid text with how often it was paid for. */
  readonly paid: ReadonlyMap<string, number>;
  /** Bodies of the requests, in the order of their arrival. */
  readonly bodies: readonly EmbeddingsRequest[];
  /** The same requests with what became of them. */
  readonly log: readonly RequestRecord[];
  stats(): ServerStats;
  close(): Promise<void>;
}

export interface RequestRecord {
  texts: readonly string[];
  /** By this machine's clock. */
  arrivedAtMs: number;
  /** When the answer was sent, or the connection ended without one; undefined: not yet. */
  endedAtMs?: number;
  fault?: Fault['kind'];
  /** An answer that was paid for, right or not. */
  paid: boolean;
}

export interface EmbeddingsRequest {
  model: string;
  input: string[];
  dimensions?: number;
  encoding_format?: 'float' | 'base64';
}

export async function startEmbeddingsServer(options: Partial<ServerBehaviour> & { port?: number } = {}): Promise<EmbeddingsServer> {
  const { port = 0, ...given } = options;
  const behaviour: ServerBehaviour = {
    latencyMs: 0, dimensions: 256, faults: [], always: null, refuseContaining: null, failContaining: null, sendsUsage: true, maxTexts: 2048, refuseDimensions: false, key: null, ...given,
  };
  const paid = new Map<string, number>();
  const bodies: EmbeddingsRequest[] = [];
  const log: RequestRecord[] = [];
  const counts = { requests: 0, paidRequests: 0, paidTexts: 0, tokens: 0, maxConcurrent: 0, maxTextsInRequest: 0 };
  let concurrent = 0;

  const stats = (): ServerStats => ({ ...counts, distinctTexts: paid.size });

  async function embed(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = JSON.parse(await readBody(request)) as EmbeddingsRequest;
    const input = Array.isArray(body.input) ? body.input : [body.input];
    bodies.push(body);
    counts.requests++;
    counts.maxConcurrent = Math.max(counts.maxConcurrent, ++concurrent);
    counts.maxTextsInRequest = Math.max(counts.maxTextsInRequest, input.length);
    const { failContaining } = behaviour;
    const poison = failContaining && input.some((text) => text.includes(failContaining.text)) ? failContaining.fault : undefined;
    const fault = behaviour.faults.shift() ?? behaviour.always ?? poison;
    const record: RequestRecord = { texts: input, arrivedAtMs: Date.now(), fault: fault?.kind, paid: false };
    log.push(record);
    response.on('close', () => {
      concurrent--;
      record.endedAtMs = Date.now();
    });
    const latencyMs = fault?.kind === 'latency' ? fault.ms : behaviour.latencyMs;
    if (latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, latencyMs));

    if (fault?.kind === 'status') return sendError(response, fault.status, { message: 'A fault on command.', ...fault.error }, fault.headers);
    if (fault?.kind === 'hang') return;
    if (fault?.kind === 'reset') return void request.socket.destroy();
    const key = request.headers.authorization?.replace(/^Bearer /, '');
    if (behaviour.key !== null && key !== behaviour.key) return sendError(response, 401, { message: `Incorrect API key provided: ${key}.`, code: 'invalid_api_key' });
    if (body.dimensions !== undefined && behaviour.refuseDimensions) {
      return sendError(response, 400, { message: 'This model does not support changing its dimensions.', param: 'dimensions' });
    }
    if (input.length > behaviour.maxTexts) return sendError(response, 422, { message: `batch size ${input.length} > maximum allowed batch size ${behaviour.maxTexts}` });
    if (behaviour.refuseContaining !== null && input.some((text) => text.includes(behaviour.refuseContaining!))) {
      return sendError(response, 400, { message: "This model's maximum context length is 8192 tokens; please reduce your input.", type: 'invalid_request_error' });
    }

    const tokens = input.reduce((sum, text) => sum + Math.ceil(text.length / 4), 0);
    // The one word with which workers find out whether the provider is back is nobody's.
    if (input.length === 1 && PROBE.test(input[0]!)) return sendVectors(response, body, input, tokens, fault);
    for (const text of input) paid.set(text, (paid.get(text) ?? 0) + 1);
    record.paid = true;
    counts.paidRequests++;
    counts.paidTexts += input.length;
    counts.tokens += tokens;
    if (response.destroyed) return;
    sendVectors(response, body, input, tokens, fault);
  }

  function sendVectors(response: ServerResponse, body: EmbeddingsRequest, input: string[], tokens: number, fault: Fault | undefined): void {
    const dimensions = (body.dimensions ?? behaviour.dimensions) + (fault?.kind === 'wrong-dimensions' ? 1 : 0);
    const data = input.map((text, index) => {
      const vector = fault?.kind === 'zeros' ? new Float32Array(dimensions) : hashedVector(text, dimensions);
      if (fault?.kind === 'nan') vector[0] = NaN;
      const asBase64 = body.encoding_format === 'base64' && fault?.kind !== 'floats';
      return { object: 'embedding', index: fault?.kind === 'repeated-index' ? 0 : index, embedding: asBase64 ? Buffer.from(vector.buffer).toString('base64') : [...vector] };
    });
    if (fault?.kind === 'short') data.pop();
    if (fault?.kind === 'shuffled') data.reverse();
    const answer = fault?.kind === 'not-json' ? '<html>Bad gateway' : JSON.stringify({ object: 'list', data, model: body.model, usage: behaviour.sendsUsage ? { prompt_tokens: tokens, total_tokens: tokens } : undefined });
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(answer) });
    if (fault?.kind === 'hang-in-answer') return void response.write(answer.slice(0, answer.length / 2));
    if (fault?.kind === 'reset-in-answer') return void response.write(answer.slice(0, answer.length / 2), () => response.destroy());
    response.end(answer);
  }

  const server = createServer((request, response) => {
    const path = request.url?.replace(/\?.*/, '') ?? '';
    if (request.method === 'GET' && path === '/stats') return sendJson(response, 200, stats());
    if (request.method === 'POST' && path === '/control') {
      return void readBody(request)
        .then((text) => sendJson(response, 200, Object.assign(behaviour, JSON.parse(text))))
        .catch((error: Error) => sendError(response, 400, { message: error.message }));
    }
    if (request.method === 'POST' && path === '/v1/embeddings') return void embed(request, response).catch((error: Error) => sendError(response, 400, { message: error.message }));
    sendError(response, 404, { message: `There is nothing at ${request.method} ${path}.` });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    behaviour,
    paid,
    bodies,
    log,
    stats,
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

async function readBody(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}

function sendError(response: ServerResponse, status: number, error: object, headers: Record<string, string> = {}): void {
  sendJson(response, status, { error: { type: 'error', param: null, code: null, ...error } }, headers);
}

function sendJson(response: ServerResponse, status: number, value: unknown, headers: Record<string, string> = {}): void {
  if (response.destroyed) return;
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(value));
}

if (require.main === module) {
  const number = { type: 'string' } as const;
  const { values } = parseArgs({ options: { port: number, 'latency-ms': number, dimensions: number } });
  void startEmbeddingsServer({
    port: Number(values.port ?? 0),
    latencyMs: Number(values['latency-ms'] ?? 0),
    dimensions: Number(values.dimensions ?? 256),
  }).then(({ url }) => console.log(`Embeddings server at ${url}`));
}
