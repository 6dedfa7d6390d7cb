/** What all workers of a deployment know together of one provider and model. Kept in Postgres (src/db/provider-gate-repository.ts), on its clock. */
export interface GateStore {
  /** Asks for leave to send requests with so many tokens together. */
  reserve(requests: number, tokens: number): Promise<Reservation>;
  /** The provider answers: an outage is over, and so is a row of refusals. */
  noteAnswer(): Promise<void>;
  /** "Not now": the rate goes down, and nobody sends before what the provider asked for. */
  noteLimit(failure: NotedFailure): Promise<void>;
  /** No answer, or none that can be used: from now on one request at a time finds out whether it is back, later each time. */
  noteFailure(failure: NotedFailure): Promise<void>;
}

export type Reservation = Granted | Closed;

export interface Granted {
  isGranted: true;
  /** Until the first of the requests may be sent; those after it follow at the two distances, whichever is the longer. */
  waitMs: number;
  msPerRequest: number;
  msPerToken: number;
  /** One request alone, of one word, to find out whether the provider is back. */
  isProbe: boolean;
  /** An answer is news to the others. */
  isTroubled: boolean;
}

export interface Closed {
  isGranted: false;
  reason: 'RATE_LIMITED' | 'PROVIDER_DOWN';
  waitMs: number;
  /** Another request is finding out just now: it may be sooner. */
  isProbing: boolean;
  /** What the provider, or the way to it, said last. */
  message: string;
}

export interface NotedFailure {
  /** How long ago the request was sent: those sent before the last failure was noted tell nothing new. */
  sentMsAgo: number;
  /** What the provider asked to wait. */
  retryAfterMs: number | undefined;
  message: string;
}
