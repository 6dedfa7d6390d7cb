/** `sluice serve` as a process of its own, and requests to it as any client makes them. */
import { startCli, type TestProcess } from '../harness/start-process';

export interface ApiProcess {
  url: string;
  process: TestProcess;
  /** The answer with its body: JSON where it is JSON. */
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
}

export interface CallOptions {
  /** Sent as JSON; a string as it is. */
  body?: unknown;
  headers?: Record<string, string>;
}

export interface Answer {
  status: number;
  headers: Headers;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- of any shape: the tests say what it must be
  body: any;
}

export async function startApiProcess(env: Record<string, string>, cwd: string, args: readonly string[] = []): Promise<ApiProcess> {
  const process = startCli(['serve', '--port', '0', ...args], { env, cwd });
  const [url] = /http:\/\/\S+/.exec(await process.waitForLine(/^Serving http/))!;
  return {
    url,
    process,
    async call(method, path, { body, headers = {} } = {}) {
      const response = await fetch(`${url}${path}`, {
        method,
        headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
        body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
        signal: AbortSignal.timeout(20_000),
      });
      const text = await response.text();
      const isJson = /json/.test(response.headers.get('content-type') ?? '');
      return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
    },
  };
}
