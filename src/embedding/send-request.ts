/** Sends one request, and finds out which text it is when one of them makes the provider refuse or fail. */
import type { EmbeddedAnswer, EmbedOptions, TextToEmbed } from './embedder';
import { isAnswer, ProviderError, type EmbeddingProvider } from './provider';
import type { ClaimOutcome } from './text-claims';

/** So often a request fails in a row before its texts are suspected: until then it is the provider's bad moment. */
const FAILURES_BEFORE_HALVING = 2;

/**
 * So often a text alone fails before it is taken for the cause; between two failures the gate has had an answer to another request. Fewer would
 * let a provider that fails now and then fail a document.
 */
const FAILURES_OF_A_CAUSE = 6;

export interface PlannedRequest {
  texts: readonly TextToEmbed[];
  /** In a row, all of it. */
  failures: number;
}

export interface SentRequest {
  settled: readonly (readonly [hash: string, outcome: ClaimOutcome])[];
  /** What is to be sent instead, after all others. */
  again: readonly PlannedRequest[];
}

/**
 * Waits for the request's passage through the gate, sends, and stores the answer. Resolves without anything when `halt` ended the waiting. Rejects
 * with what ends the attempt: a refused key, a request that never works, the gate's own reasons, an error of `store`.
 */
export async function sendRequest({ texts, failures }: PlannedRequest, provider: EmbeddingProvider, options: EmbedOptions, halt: AbortSignal): Promise<SentRequest> {
  const error = await attempt(texts, provider, options, halt);
  if (error === 'halted') return { settled: [], again: [] };
  if (error === undefined) return { settled: texts.map(({ hash }) => [hash, { kind: 'stored' }]), again: [] };
  if (error.kind === 'rate-limited') return { settled: [], again: [{ texts, failures }] };
  if (error.kind === 'text') return texts.length > 1 ? halved(texts, 0) : refuse(texts[0]!, error.message, options);
  if (texts.length > 1 && failures + 1 >= FAILURES_BEFORE_HALVING) return halved(texts, FAILURES_BEFORE_HALVING - 1);
  if (failures + 1 >= FAILURES_OF_A_CAUSE) return refuse(texts[0]!, `The provider fails on this text, and on no other: ${error.message}`, options);
  return { settled: [], again: [{ texts, failures: failures + 1 }] };
}

/** @returns undefined when the answer is stored; what the provider said when trying again, in another way, may help */
async function attempt(texts: readonly TextToEmbed[], provider: EmbeddingProvider, options: EmbedOptions, halt: AbortSignal): Promise<ProviderError | 'halted' | undefined> {
  const counted = texts.reduce((sum, { tokens }) => sum + tokens, 0);
  const passage = await options.gate.pass(counted, halt);
  if (passage === undefined) return 'halted';
  try {
    const { vectors, tokens = counted } = await provider.embed(texts.map(({ text }) => text), options.abort);
    const answers: EmbeddedAnswer[] = texts.map(({ hash }, index) => ({ hash, vector: vectors[index]! }));
    // First of all: it is paid for.
    await options.store(answers, tokens);
    await passage.answered(tokens);
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

function halved(texts: readonly TextToEmbed[], failures: number): SentRequest {
  const middle = texts.length >> 1;
  return { settled: [], again: [{ texts: texts.slice(0, middle), failures }, { texts: texts.slice(middle), failures }] };
}

async function refuse({ hash }: TextToEmbed, message: string, { refused }: EmbedOptions): Promise<SentRequest> {
  await refused(hash, message);
  return { settled: [[hash, { kind: 'refused', message }]], again: [] };
}
