/** A question to the API, its latest answer, and what stands in the way of a newer one. */
import { useEffect, useState } from 'preact/hooks';
import type { SluiceClient } from '../../client';
import { connection } from './connection';
import { isFinal } from './is-final';
import { nextTurn } from './next-turn';

const RETRY_MS = 1_000;

export interface Question<T> {
  /** undefined: none yet. It stays while a newer one is on its way or can't be had. */
  answer: T | undefined;
  error: unknown;
}

/**
 * Asks, and asks again whenever `about` has changed.
 * @param everyMs asks again so often while the page is seen; absent: until there is an answer
 */
export function useQuestion<T>(ask: (client: SluiceClient) => Promise<T>, about: readonly unknown[], everyMs?: number): Question<T> {
  const subject = JSON.stringify(about);
  const [question, setQuestion] = useState<Question<T> & { subject: string }>({ answer: undefined, error: undefined, subject });
  useEffect(() => {
    const stop = new AbortController();
    const loop = async (): Promise<void> => {
      while (!stop.signal.aborted) {
        try {
          const answer = await ask(connection.client);
          if (!stop.signal.aborted) setQuestion({ answer, error: undefined, subject });
          if (everyMs === undefined) return;
        } catch (error) {
          if (!stop.signal.aborted) setQuestion((last) => ({ answer: last.subject === subject ? last.answer : undefined, error, subject }));
          if (everyMs === undefined && isFinal(error)) return;
        }
        await nextTurn(everyMs ?? RETRY_MS, stop.signal);
      }
    };
    void loop();
    return () => stop.abort();
  }, [subject, everyMs]);
  return question.subject === subject ? question : { answer: undefined, error: undefined };
}
