import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createComputePool } from '../../src/compute/compute-pool';
import { createStaticProvider } from '../../src/embedding/static/static-provider';
import { STATIC_DIMENSIONS, readStaticTable } from '../../src/embedding/static/static-table';
import { StaticEncoder } from '../../src/embedding/static/static-encoder';
import { staticModelFolder } from '../../src/tokenizer/model-folder';
import { getWordPiece } from '../../src/tokenizer/word-piece';
import { describeProvider } from './provider-conformance';

const compute = createComputePool({ threads: 1 });
afterAll(() => compute.close());

describeProvider('static', () => createStaticProvider(compute));

describe('the static encoder', () => {
  const encoder = new StaticEncoder(readStaticTable(), getWordPiece());
  const golden = readFileSync(path.join(staticModelFolder(), 'golden.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { text: string; vector: number[] });

  it('has all golden vectors', () => {
    expect(golden).toHaveLength(20);
  });

  it.each(golden.map(({ text, vector }) => [text.slice(0, 40), text, vector] as const))('gives the golden vector of %j', (_name, text, expected) => {
    const vector = new Float32Array(STATIC_DIMENSIONS);
    encoder.encode(text, vector);
    const cosine = vector.reduce((sum, component, index) => sum + component * expected[index]!, 0) / Math.hypot(...expected);
    expect(cosine).toBeGreaterThanOrEqual(0.9999);
  });

  it('does not depend on what was encoded before', () => {
    const encode = (text: string) => {
      const vector = new Float32Array(STATIC_DIMENSIONS);
      encoder.encode(text, vector);
      return vector;
    };
    const first = encode('the the cat');
    encode('the dog and the cat');
    expect(encode('the the cat')).toEqual(first);
  });

  it.each([[''], ['   '], ['\u200b\u0301'], ['\ud800'], ['\u0e01\u0e02']])('has no vector for %j', async (text) => {
    const vector = new Float32Array(STATIC_DIMENSIONS);
    expect(encoder.encode(text, vector)).toBe(false);
    expect(vector.every((component) => component === 0)).toBe(true);
    const { vectors } = await createStaticProvider(compute).embed([text, 'known'], new AbortController().signal);
    expect([vectors[0], vectors[1]!.length]).toEqual([null, STATIC_DIMENSIONS]);
  });
});
