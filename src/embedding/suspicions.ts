/**
 * What attempts that had to leave have found out about their requests. The next attempt of this process goes on from there: a text that makes the
 * provider fail would never be found by attempts that each begin anew, and all that is planned with it would never be embedded.
 */
import type { TextToEmbed } from './embedder';
import type { PlannedRequest } from './send-request';

/** Of jobs that have ended nobody takes what is kept: the oldest goes when there is more. */
const MAX_TEXTS = 20_000;

export class Suspicions {
  readonly #byText = new Map<string, Omit<PlannedRequest, 'texts'>>();

  /** @param requests that have failed, or are parts of such a one, and are still to be sent */
  keep(requests: readonly PlannedRequest[]): void {
    for (const { texts, ...since } of requests) {
      for (const { hash } of texts) {
        this.#byText.delete(hash);
        this.#byText.set(hash, since);
      }
    }
    for (const hash of this.#byText.keys()) {
      if (this.#byText.size <= MAX_TEXTS) break;
      this.#byText.delete(hash);
    }
  }

  /** The requests as they were kept, as far as their texts are asked for, and the texts of which nothing is known. */
  take(texts: readonly TextToEmbed[]): { suspected: PlannedRequest[]; others: TextToEmbed[] } {
    const groups = new Map<object, TextToEmbed[]>();
    const others: TextToEmbed[] = [];
    for (const text of texts) {
      const since = this.#byText.get(text.hash);
      this.#byText.delete(text.hash);
      if (since === undefined) others.push(text);
      else groups.set(since, [...(groups.get(since) ?? []), text]);
    }
    return { suspected: Array.from(groups, ([since, group]) => ({ ...(since as Omit<PlannedRequest, 'texts'>), texts: group })), others };
  }
}
