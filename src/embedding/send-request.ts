/** Sends one request, and finds out which text it is when one of them makes the provider refuse or fail. */
import type { EmbeddedAnswer, EmbedOptions, TextToEmbed } from './embedder';
import { isAnswer, ProviderError, type EmbeddingProvider } from './provider';
import type { Passage } from './request-gate';
import type { ClaimOutcome } from './text-claims';

/** So often a request fails in a row before its texts are suspected: until then it is the provider's bad moment. */
const FAILURES_BEFORE_HALVING = 2;

/**
 * So often a text alone fails before it is taken for the cause, when other texts have been embedded since it first failed. Fewer would let a
 * provider that fails now and then fail a document.
 */
const FAILURES_OF_A_CAUSE = 6;

/**
 * So often when none has: between two failures the gate has had an answer to a probe only, and a provider in trouble may answer one word
 * and nothing longer. Not without end: a text may be the only one that is left.
 */
const FAILURES_OF_A_LONE_CAUSE = 30;

export interface PlannedRequest {
  texts: readonly TextToEmbed[];
  /** In a row, all of it. */
  failures: number;
  /** How many texts the provider had embedded when this, or the request that it is a part of, failed first. */
  embeddedBefore?: number;
}

export interface Sender {
  provider: EmbeddingProvider;
  options: EmbedOptions;
  /** Ends the waiting for a passage. */
  halt: AbortSignal;
  /** Texts that the provider has embedded for this process. */
  tally: { embedded: number };
  /** Called as soon as it is known what became of a text. */
  settle(hash: string, outcome: ClaimOutcome): void;
}

/**
 * Waits for the request's passage through the gate, sends, and stores the answer. When others have stored some of its texts by then, or have them in hand, the rest is a request
 * of its own. Resolves with the request itself when `halt` ended the waiting. Rejects with what ends the attempt: a refused key, a request that never
 * works, the gate's own reasons, an error of `claim` or `store`.
 *
 * @returns what is to be sent instead, after all others
 */
export async function sendRequest(request: PlannedRequest, sender: Sender): Promise<readonly PlannedRequest[]> {
  const { texts } = request;
  const { tally } = sender;
  const passage = await sender.options.gate.pass(tokensOf(texts), sender.halt);
  if (passage === undefined) return [request];
  const rest = await withoutOthers(texts, sender);
  if (rest.length < texts.length || sender.halt.aborted) {
    passage.unused();
    return rest.length > 0 ? [{ ...request, texts: rest }] : [];
  }
  const error = await attempt(texts, passage, sender);
  if (error === undefined) return [];
  const failures = request.failures + 1;
  const { embeddedBefore = tally.embedded } = request;
  if (error.kind === 'rate-limited') return [request];
  if (error.kind === 'text') return texts.length > 1 ? halved(texts, { failures: 0 }) : refuse(texts[0]!, error.message, sender);
  if (texts.length > 1 && failures >= FAILURES_BEFORE_HALVING) return halved(texts, { failures: FAILURES_BEFORE_HALVING - 1, embeddedBefore });
  const sure = tally.embedded > embeddedBefore ? FAILURES_OF_A_CAUSE : FAILURES_OF_A_LONE_CAUSE;
  if (failures >= sure) return refuse(texts[0]!, `The provider fails on this text, and on no other: ${error.message}`, sender);
  return [{ texts, failures, embeddedBefore }];
}

/** Claims the texts over all workers. @returns those that nobody else has stored or in hand */
export async function withoutOthers(texts: readonly TextToEmbed[], { options, settle }: Sender): Promise<readonly TextToEmbed[]> {
  if (options.claim === undefined || texts.length === 0) return texts;
  const { stored, elsewhere } = await options.claim(texts.map(({ hash }) => hash));
  const isOthers = ({ hash }: TextToEmbed) => stored.has(hash) || elsewhere.has(hash);
  for (const { hash } of texts.filter(isOthers)) settle(hash, { kind: stored.has(hash) ? 'stored' : 'released' });
  return texts.filter((text) => !isOthers(text));
}

/** @returns undefined when the answer is stored; what the provider said when trying again, in another way, may help */
async function attempt(texts: readonly TextToEmbed[], passage: Passage, { provider, options, tally, settle }: Sender): Promise<ProviderError | undefined> {
  const counted = tokensOf(texts);
  try {
    const { vectors, tokens = counted } = await provider.embed(texts.map(({ text }) => text), options.abort);
    const answers: EmbeddedAnswer[] = texts.map(({ hash }, index) => ({ hash, vector: vectors[index]! }));
    // First of all: it is paid for.
    await options.store(answers, tokens);
    tally.embedded += texts.length;
    for (const { hash } of texts) settle(hash, { kind: 'stored' });
    // What the gate can't note it finds out again; it takes nothing from what is stored.
    await passage.answered(tokens).catch(() => undefined);
    return undefined;
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    // An answer that can't be used is paid for all the same.
    if (error.tokens !== undefined) await options.store([], error.tokens);
    await (isAnswer(error) ? passage.answered(0) : passage.failed(error));
    if (error.kind === 'auth' || error.kind === 'request') throw error;
    return error;
  }
}

function tokensOf(texts: readonly TextToEmbed[]): number {
  return texts.reduce((sum, { tokens }) => sum + tokens, 0);
}

function halved(texts: readonly TextToEmbed[], since: Omit<PlannedRequest, 'texts'>): PlannedRequest[] {
  const middle = texts.length >> 1;
  return [{ ...since, texts: texts.slice(0, middle) }, { ...since, texts: texts.slice(middle) }];
}

async function refuse({ hash }: TextToEmbed, message: string, { options, settle }: Sender): Promise<PlannedRequest[]> {
  await options.refused(hash, message);
  settle(hash, { kind: 'refused', message });
  return [];
}
