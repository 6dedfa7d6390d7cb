import type { ProviderError } from './provider';

/** Says when a request may be sent to a provider whose limits, and outages, all workers share. */
export interface RequestGate {
  /**
   * Resolves when a request may be sent; to undefined when the signal ended the waiting. Rejects with what ends the attempt, such as a
   * wait that is too long to be sat out.
   * @param tokens of the request, by our own count
   */
  pass(tokens: number, signal: AbortSignal): Promise<Passage | undefined>;
}

/** Leave to send one request. One of the three is called, once, when it is known what became of it; none when it was broken off. */
export interface Passage {
  /** The provider answered, be it that it refuses the request. A failure of it takes nothing from an answer. @param tokens what it charged */
  answered(tokens: number): Promise<void>;
  /** No answer, a wrong one, or "not now": the request needs another passage. Rejects with what ends the attempt. */
  failed(error: ProviderError): Promise<void>;
  /** It is not sent. What limits it took of others' stays taken. */
  unused(): void;
}

/** Before a model in this process: nothing to wait for, and a failure ends the attempt. */
export const OPEN_GATE: RequestGate = {
  pass: (_tokens, signal) =>
    Promise.resolve(
      signal.aborted
        ? undefined
        : { answered: () => Promise.resolve(), failed: (error: ProviderError) => Promise.reject(error), unused: () => undefined },
    ),
};
