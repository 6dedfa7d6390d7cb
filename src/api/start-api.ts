/** Listens, and stops in order. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { getRequestListener } from '@hono/node-server';
import { SluiceError } from '../domain/errors';
import type { IngestionService } from '../service/ingestion-service';
import { parseApiKeys } from './access/api-keys';
import { isLoopback } from './access/loopback-rules';
import { createApp } from './create-app';
import { JobWatchers } from './events/job-watchers';
import { HttpProblem, problemOf } from './http-problem';
import type { MetricsPage } from './routes/metrics';
import { Uploads } from './uploads/uploads';

/** The longest address that is valid, a locator of 4,200 characters each escaped, is within it. */
const MAX_HEADER_BYTES = 64 * 1024;
const HEADERS_TIMEOUT_MS = 10_000;
/** An upload of a gigabyte through a slow line is given so long. */
const REQUEST_TIMEOUT_MS = 30 * 60_000;
const MAX_CONNECTIONS = 4_000;
/** What is being answered may finish, for so long at most. */
const CLOSE_PATIENCE_MS = 5_000;
/** For so long what a refused client still sends is read: a socket that is closed over unread data takes the answer away with it. */
const REFUSED_READ_MS = 1_000;

export interface ApiOptions {
  service: IngestionService;
  /** Uploads are kept in it. */
  stateDir: string;
  /** Folders under which a source of this machine must lie. */
  sourceRoots: readonly string[];
  /** As SLUICE_API_KEYS has them; undefined: there are none, and the host must be a loopback address. */
  apiKeys: string | undefined;
  corsOrigins: readonly string[];
  metrics: MetricsPage;
  /** Of Temporal. */
  namespace: string;
  /** Of Temporal's Web UI; undefined: not known. */
  temporalUiUrl: string | undefined;
  host: string;
  /** 0: any that is free. */
  port: number;
  /** Take any free port when this one is taken. */
  mayTakeAnotherPort: boolean;
  /** Of the package. */
  version: string;
  logError(error: unknown): void;
}

export interface RunningApi {
  /** Such as `http://127.0.0.1:7070`. */
  url: string;
  /** Ends streams and takes no more requests; those at work may finish. */
  close(): Promise<void>;
}

/** Rejects with INVALID_INPUT when it must not or can't listen there, or the keys can't be read. */
export async function startApi(options: ApiOptions): Promise<RunningApi> {
  const { service, host } = options;
  const keys = options.apiKeys === undefined ? [] : parseApiKeys(options.apiKeys);
  if (keys.length === 0 && !isLoopback(host)) {
    throw new SluiceError('INVALID_INPUT', `Without API keys the API listens on this machine only, not on ${host}.`, { hint: 'Set SLUICE_API_KEYS (docs/api.md), or leave --host out.' });
  }
  if (keys.length === 0 && options.corsOrigins.length > 0) {
    throw new SluiceError('INVALID_INPUT', 'Pages of other origins are served with API keys only.', { hint: 'Set SLUICE_API_KEYS (docs/api.md), or leave --cors-origins out.' });
  }
  const watchers = new JobWatchers((jobId) => service.status(jobId));
  const uploads = new Uploads(options.stateDir);
  await uploads.sweep();
  const app = createApp({ ...options, keys, watchers, uploads });
  const server = createServer({ maxHeaderSize: MAX_HEADER_BYTES, headersTimeout: HEADERS_TIMEOUT_MS, requestTimeout: REQUEST_TIMEOUT_MS }, getRequestListener(app.fetch));
  const refused = new WeakSet<Duplex>();
  server.on('clientError', (error, socket) => {
    // Again for whatever follows.
    if (refused.has(socket)) return;
    refused.add(socket);
    refuseUnparsed(error, socket);
  });
  server.maxConnections = MAX_CONNECTIONS;
  await listen(server, options);
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      await watchers.close();
      server.closeIdleConnections();
      const impatience = setTimeout(() => server.closeAllConnections(), CLOSE_PATIENCE_MS);
      await closed;
      clearTimeout(impatience);
    },
  };
}

/** What never became a request: Node's own answer has no body. */
function refuseUnparsed(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable) return void socket.destroy();
  const isTooLarge = error.code === 'HPE_HEADER_OVERFLOW';
  const problem = isTooLarge
    ? new HttpProblem('HEADERS_TOO_LARGE', `The address and the headers may have ${MAX_HEADER_BYTES} bytes.`)
    : new SluiceError('INVALID_INPUT', 'This is no HTTP request, or it did not come in time.');
  const { details } = problemOf(problem);
  const body = JSON.stringify(details);
  const head = [`HTTP/1.1 ${details.status} ${details.title}`, 'Content-Type: application/problem+json', `Content-Length: ${Buffer.byteLength(body)}`, 'Connection: close'];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  setTimeout(() => socket.destroy(), REFUSED_READ_MS).unref();
}

async function listen(server: Server, { host, port, mayTakeAnotherPort }: ApiOptions): Promise<void> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE' && mayTakeAnotherPort) return listen(server, { host, port: 0, mayTakeAnotherPort: false } as ApiOptions);
    const why = code === 'EADDRINUSE' ? 'something else does' : code === 'EACCES' ? 'that takes more rights' : (error as Error).message;
    throw new SluiceError('INVALID_INPUT', `The API can't listen on ${host}, port ${port}: ${why}.`, { hint: 'Choose another with --port, or 0 for any.' });
  }
}
