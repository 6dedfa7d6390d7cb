/** Checks an answer to POST /embeddings and puts it in the order of the texts. Nothing in it is trusted: both common SDKs pass on short and shuffled ones. */
import { ProviderError, type EmbeddingAnswer } from '../provider';

const BYTES_PER_COMPONENT = 4;

/** Throws ProviderError `answer` unless there is exactly one vector of that many finite components for each text. */
export function readAnswer(answer: unknown, textCount: number, dimensions: number): EmbeddingAnswer {
  const { data, usage } = (typeof answer === 'object' && answer !== null ? answer : {}) as { data?: unknown; usage?: { total_tokens?: unknown; prompt_tokens?: unknown } };
  if (!Array.isArray(data)) throw invalid('no list of vectors');
  if (data.length !== textCount) throw invalid(`${data.length} vectors for ${textCount} texts`);
  const vectors: (Float32Array | null)[] = new Array(textCount);
  const seen = new Set<number>();
  for (const entry of data as { index?: unknown; embedding?: unknown }[]) {
    const index = entry?.index;
    if (!Number.isInteger(index) || (index as number) < 0 || (index as number) >= textCount || seen.has(index as number)) throw invalid('wrong indexes');
    seen.add(index as number);
    vectors[index as number] = readVector(entry.embedding, dimensions);
  }
  const tokens = Number(usage?.total_tokens ?? usage?.prompt_tokens ?? 0);
  return { vectors, tokens: Number.isFinite(tokens) && tokens > 0 ? Math.round(tokens) : 0 };
}

/** Base64 of little-endian float32, or a list of numbers: servers answer either, whatever is asked for. All zeros has no direction: null. */
function readVector(embedding: unknown, dimensions: number): Float32Array | null {
  const vector = typeof embedding === 'string' ? fromBase64(embedding) : Array.isArray(embedding) ? Float32Array.from(embedding as number[]) : undefined;
  if (vector === undefined) throw invalid('a vector that is neither base64 nor a list');
  if (vector.length !== dimensions) throw invalid(`a vector of ${vector.length} dimensions instead of ${dimensions}`);
  if (!vector.every(Number.isFinite)) throw invalid('a vector with components that are not finite numbers');
  return vector.some((component) => component !== 0) ? vector : null;
}

function fromBase64(text: string): Float32Array {
  const bytes = Buffer.from(text, 'base64');
  const vector = new Float32Array(Math.floor(bytes.length / BYTES_PER_COMPONENT));
  for (let index = 0; index < vector.length; index++) vector[index] = bytes.readFloatLE(index * BYTES_PER_COMPONENT);
  return vector;
}

function invalid(what: string): ProviderError {
  return new ProviderError('answer', `The embedding provider sent an invalid answer: ${what}.`);
}
