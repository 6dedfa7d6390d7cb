/**
 * The one connection to the API: its client, and what is known of whether it answers. Every request tells; while the page is seen the API
 * is also asked whether its servers answer, more often while it is silent, so that the page comes back by itself.
 */
import { createSluiceClient, type Readiness, type SluiceClient } from '../../client';
import { findApiKey, forgetApiKey, keepApiKey } from './api-key';
import { nextTurn } from './next-turn';

const CHECK_EVERY_MS = 5_000;
const CHECK_WHILE_DOWN_EVERY_MS = 1_000;
const CHECK_TIMEOUT_MS = 6_000;
/** Until an answer begins: a search may take a minute at the server. */
const ANSWER_TIMEOUT_MS = 65_000;

export type ConnectionState =
  | { kind: 'connecting' }
  | { kind: 'up' }
  /** The API answers, one of its servers does not. */
  | { kind: 'hampered'; since: Date; readiness: Readiness }
  | { kind: 'down'; since: Date }
  | { kind: 'key-needed'; wasRefused: boolean };

export class Connection {
  state: ConnectionState = { kind: 'connecting' };
  client: SluiceClient;
  private readonly listeners = new Set<() => void>();
  private apiKey = findApiKey();

  constructor(private readonly baseUrl: string) {
    this.client = this.newClient();
    void this.check();
  }

  /** Calls at every change of the state, until the answer is called. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  useApiKey(key: string, duration: 'tab' | 'browser'): void {
    keepApiKey(key, duration);
    this.apiKey = key;
    this.client = this.newClient();
    this.become({ kind: 'connecting' });
  }

  private newClient(): SluiceClient {
    return createSluiceClient({ baseUrl: this.baseUrl, apiKey: this.apiKey, fetch: (input, init) => this.fetch(input as URL, init) });
  }

  private async fetch(url: URL, init: RequestInit = {}): Promise<Response> {
    const isCheck = url.pathname === '/readyz';
    const isUpload = init.body instanceof FormData;
    const lateness = new AbortController();
    const timer = isUpload ? undefined : setTimeout(() => lateness.abort(), isCheck ? CHECK_TIMEOUT_MS : ANSWER_TIMEOUT_MS);
    try {
      const response = await fetch(url, { ...init, signal: init.signal ? AbortSignal.any([init.signal, lateness.signal]) : lateness.signal });
      this.noteAnswer(response, isCheck);
      return response;
    } catch (error) {
      if (!init.signal?.aborted) this.noteSilence();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  private noteAnswer(response: Response, isCheck: boolean): void {
    const isOurs = /json|event-stream/.test(response.headers.get('content-type') ?? '') || response.status < 500;
    if (!isOurs) return this.noteSilence();
    if (response.status === 401) {
      const wasRefused = this.apiKey !== undefined;
      if (wasRefused) forgetApiKey();
      this.apiKey = undefined;
      return this.become({ kind: 'key-needed', wasRefused: wasRefused || (this.state.kind === 'key-needed' && this.state.wasRefused) });
    }
    // Whoever has no key may still ask for the health of the API: that answer says nothing of the key.
    if (this.state.kind === 'key-needed' && isCheck) return;
    if (this.state.kind !== 'hampered') this.become({ kind: 'up' });
  }

  private noteSilence(): void {
    if (this.state.kind !== 'down') this.become({ kind: 'down', since: new Date() });
  }

  private async check(): Promise<void> {
    for (;;) {
      try {
        const readiness = await this.client.readiness();
        const { state } = this;
        if (!readiness.isReady) this.become({ kind: 'hampered', since: state.kind === 'hampered' ? state.since : new Date(), readiness });
        else if (state.kind === 'hampered') this.become({ kind: 'up' });
      } catch {
        // Noted where it was asked.
      }
      await nextTurn(this.state.kind === 'down' ? CHECK_WHILE_DOWN_EVERY_MS : CHECK_EVERY_MS);
    }
  }

  private become(state: ConnectionState): void {
    if (JSON.stringify(state) === JSON.stringify(this.state)) return;
    this.state = state;
    for (const listener of [...this.listeners]) listener();
  }
}

export const connection = new Connection(location.origin);
