/** Turns what the `openai` package throws into a ProviderError: what kind it is decides what becomes of the job. */
import { APIConnectionError, APIError } from 'openai';
import { ProviderError, type ProviderErrorKind } from '../provider';
import { retryAfterMs } from './retry-after';

/** Asked again after this when an account's quota is used up: somebody has to pay first. */
const QUOTA_RETRY_MS = 60_000;
const MAX_MESSAGE_CHARACTERS = 300;

/** One text, or all of them together, are more than the server takes; halving the request finds out which. */
const TOO_MUCH_TEXT = /context length|maximum.{0,40}(tokens|input|length|size)|too (long|large|many)|exceeds?\b.{0,40}(tokens|length|limit|size)|batch size|reduce (the|your)|input.{0,20}(is invalid|empty)|content.{0,20}(policy|filter)/i;
const ABOUT_MODEL_PARAMETERS = new Set(['model', 'dimensions', 'encoding_format', 'user']);

/** @param apiKey is cut out of messages, should a server repeat it */
export function classifyError(error: unknown, apiKey: string): ProviderError {
  if (error instanceof APIError && error.status !== undefined) return fromAnswer(error as AnsweredError, apiKey);
  // By name: fetch throws the SyntaxError of its own realm.
  if ((error as Error | undefined)?.name === 'SyntaxError') return new ProviderError('answer', 'The embedding provider answered something that is not JSON.');
  const cause = error instanceof APIConnectionError ? error.cause : error;
  return new ProviderError('unavailable', `The embedding provider can't be reached or broke off: ${reasonOf(cause ?? error, apiKey)}.`);
}

/** Whether a 400 is about the parameter `dimensions`, which not every server takes. */
export function isAboutDimensions(error: unknown): boolean {
  return error instanceof APIError && (error.status === 400 || error.status === 422) && (error.param === 'dimensions' || /dimension|matryoshka/i.test(error.message));
}

type AnsweredError = APIError<number, Headers>;

function fromAnswer(error: AnsweredError, apiKey: string): ProviderError {
  const { status, headers } = error;
  // No word of the server's own here: OpenAI repeats a part of the key.
  if (status === 401 || status === 403) return new ProviderError('auth', `The embedding provider refuses the key in OPENAI_API_KEY (HTTP ${status}).`);
  const message = `The embedding provider answered HTTP ${status}: ${clean(error.message.replace(/^\d{3} /, ''), apiKey)}`;
  if (status === 429) {
    // A used-up quota doesn't pass within a minute as a limit of rate does. Unpaid is an outage: the job waits for somebody to pay.
    const isQuota = error.code === 'insufficient_quota' || error.type === 'insufficient_quota';
    const waitMs = retryAfterMs(headers, Date.now());
    return isQuota ? new ProviderError('unavailable', message, Math.max(waitMs ?? 0, QUOTA_RETRY_MS)) : new ProviderError('rate-limited', message, waitMs);
  }
  if (status === 408 || status === 409 || status >= 500) return new ProviderError('unavailable', message, retryAfterMs(headers, Date.now()));
  return new ProviderError(kindOfRefusal(error), message);
}

/** 400, 404, 413, 422 …: is it the text, or would no text do? */
function kindOfRefusal(error: AnsweredError): ProviderErrorKind {
  if (error.status === 413 || error.code === 'context_length_exceeded') return 'text';
  if (error.status !== 400 && error.status !== 422) return 'request';
  if (ABOUT_MODEL_PARAMETERS.has(error.param ?? '')) return 'request';
  return error.param === 'input' || TOO_MUCH_TEXT.test(error.message) ? 'text' : 'request';
}

function reasonOf(error: unknown, apiKey: string): string {
  const code = (error as { cause?: { code?: unknown } } | undefined)?.cause?.code ?? (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : clean(error instanceof Error ? error.message : String(error), apiKey);
}

function clean(message: string, apiKey: string): string {
  const withoutKey = apiKey === '' ? message : message.split(apiKey).join('[key]');
  return withoutKey.length <= MAX_MESSAGE_CHARACTERS ? withoutKey : `${withoutKey.slice(0, MAX_MESSAGE_CHARACTERS)}…`;
}
