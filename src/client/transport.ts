/** Requests, and answers as values or errors. */
import type { ProblemDetails } from '../api/problem-details';
import { SluiceApiError } from './api-error';

export interface RequestOptions {
  method?: 'GET' | 'POST' | 'DELETE';
  /** Undefined values are left out. */
  query?: Record<string, string | number | undefined>;
  /** Sent as JSON. */
  body?: unknown;
  form?: FormData;
  headers?: Record<string, string | undefined>;
  signal?: AbortSignal;
  /** A status that is an answer too. */
  alsoGood?: number;
}

export class Transport {
  constructor(private readonly baseUrl: string, private readonly apiKey: string | undefined, private readonly doFetch: typeof fetch) {}

  async json<T>(path: string, options: RequestOptions = {}): Promise<T> {
    return (await (await this.send(path, options)).json()) as T;
  }

  /** Rejects with a SluiceApiError for an answer that is no success; with what fetch says when there is none. */
  async send(path: string, { method = 'GET', query = {}, body, form, headers = {}, signal, alsoGood }: RequestOptions = {}): Promise<Response> {
    // Behind a proxy it may have a path of its own, which an absolute path would replace.
    const url = new URL(this.baseUrl.replace(/\/+$/, '') + path);
    for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, String(value));
    const all = { ...headers, authorization: this.apiKey && `Bearer ${this.apiKey}`, 'content-type': body === undefined ? undefined : 'application/json' };
    const response = await this.doFetch(url, {
      method,
      headers: Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined)),
      body: form ?? (body === undefined ? undefined : JSON.stringify(body)),
      signal,
    });
    if (response.ok || response.status === alsoGood) return response;
    throw new SluiceApiError(await problemOf(response));
  }
}

/** A proxy between may answer in its own way. */
async function problemOf(response: Response): Promise<ProblemDetails> {
  const text = await response.text();
  if (response.headers.get('content-type')?.startsWith('application/problem+json')) return JSON.parse(text) as ProblemDetails;
  const code = response.status >= 500 ? 'SERVER_UNREACHABLE' : 'NOT_FOUND';
  return { type: 'about:blank', title: response.statusText, status: response.status, detail: text.slice(0, 500), code, hint: 'Is this the address of Sluice?' };
}
