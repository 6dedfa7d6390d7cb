/** Checks an answer to POST /embeddings and puts it in the order of the texts. Nothing in it is trusted: both common SDKs pass on short and shuffled ones. */
import { ProviderError, type EmbeddingAnswer } from '../provider';

const BYTES_PER_COMPONENT = 4;

/** Throws ProviderError `answer` unless there is exactly one vector of that many finite components for each text. */
export function readAnswer(answer: unknown, textCount: number, dimensions: number): EmbeddingAnswer {
  const { data, usage } = (typeof answer === 'object' && answer !== null ? answer : {}) as { data?: unknown; usage?: { total_tokens?: unknown; prompt_tokens?: unknown } };
  // Some servers say nothing, or 0: a budget must count all the same.
  const charged = Number(usage?.total_tokens ?? usage?.prompt_tokens);
  const tokens = Number.isFinite(charged) && charged > 0 ? Math.round(charged) : undefined;
  const read = readVectors(data, textCount, dimensions);
  if (typeof read === 'string') throw new ProviderError('answer', `The embedding provider sent an invalid answer: ${read}.`, undefined, { tokens });
  return { vectors: read, tokens };
}

/** @returns the vectors in the order of the texts, or what is wrong */
function readVectors(data: unknown, textCount: number, dimensions: number): (Float32Array | null)[] | string {
  if (!Array.isArray(data)) return 'no list of vectors';
  if (data.length !== textCount) return `${data.length} vectors for ${textCount} texts`;
  const vectors: (Float32Array | null)[] = new Array(textCount);
  const seen = new Set<number>();
  for (const entry of data as { index?: unknown; embedding?: unknown }[]) {
    const index = entry?.index;
    if (!Number.isInteger(index) || (index as number) < 0 || (index as number) >= textCount || seen.has(index as number)) return 'wrong indexes';
    seen.add(index as number);
    const vector = readVector(entry.embedding, dimensions);
    if (typeof vector === 'string') return vector;
    vectors[index as number] = vector;
  }
  return vectors;
}

/**
 * Base64 of little-endian float32, or a list of numbers: servers answer either, whatever is asked for. All zeros has no direction: null.
 * @returns what is wrong as text
 */
function readVector(embedding: unknown, dimensions: number): Float32Array | null | string {
  const vector = typeof embedding === 'string' ? fromBase64(embedding) : Array.isArray(embedding) ? Float32Array.from(embedding as number[]) : undefined;
  if (vector === undefined) return 'a vector that is neither base64 nor a list';
  if (vector.length !== dimensions) return `a vector of ${vector.length} dimensions instead of ${dimensions}`;
  if (!vector.every(Number.isFinite)) return 'a vector with components that are not finite numbers';
  return vector.some((component) => component !== 0) ? vector : null;
}

function fromBase64(text: string): Float32Array {
  const bytes = Buffer.from(text, 'base64');
  const vector = new Float32Array(Math.floor(bytes.length / BYTES_PER_COMPONENT));
  for (let index = 0; index < vector.length; index++) vector[index] = bytes.readFloatLE(index * BYTES_PER_COMPONENT);
  return vector;
}
