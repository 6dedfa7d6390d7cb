import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { chunkDocument, type ChunkableDocument } from '../../src/chunking/chunk-document';
import { createComputePool } from '../../src/compute/compute-pool';
import { StaticEncoder } from '../../src/embedding/static/static-encoder';
import { readStaticTable, STATIC_DIMENSIONS } from '../../src/embedding/static/static-table';
import { getTokenizer } from '../../src/tokenizer/get-tokenizer';
import { getWordPiece } from '../../src/tokenizer/word-piece';

const settings = { chunkTokens: 64, chunkOverlap: 8 };
const documents: ChunkableDocument[] = Array.from({ length: 40 }, (_, index) => ({
  text: `# Document ${index}\n${`Sentence ${index} of a document that is long. `.repeat(400)}`,
  structure: { headings: [{ level: 1, title: `Document ${index}`, start: 0, end: `# Document ${index}`.length }], tables: [] },
}));

describe('the compute pool', () => {
  const pool = createComputePool({ threads: 2 });
  afterAll(() => pool.close());

  it.each(['static-en-256', 'cl100k_base'] as const)('chunks documents by %s as this thread does, in their order', async (tokenizer) => {
    const chunks = await pool.chunk(documents, tokenizer, settings);
    expect(chunks).toEqual(documents.map((document) => chunkDocument(document, getTokenizer(tokenizer), settings)));
    expect(await pool.chunk([], tokenizer, settings)).toEqual([]);
  });

  it('encodes texts as this thread does, in their order', async () => {
    const texts = ['how to reset a password', '\u200b', 'rivers of France'];
    const encoder = new StaticEncoder(readStaticTable(), getWordPiece());
    const expected = texts.map((text) => {
      const vector = new Float32Array(STATIC_DIMENSIONS);
      return encoder.encode(text, vector) ? [...vector] : null;
    });
    expect((await pool.encode(texts)).map((vector) => vector && [...vector])).toEqual(expected);
    expect(await pool.encode([])).toEqual([]);
  });

  it('leaves the event loop free while it works', async () => {
    let turns = 0;
    let working = true;
    const turn = () => {
      turns++;
      if (working) setImmediate(turn);
    };
    turn();
    await pool.chunk(documents, 'static-en-256', settings);
    working = false;
    expect(turns).toBeGreaterThan(10);
  });

  it('takes no more work once it is closed, and can be closed unused', async () => {
    const closed = createComputePool();
    await closed.close();
    await expect(closed.encode(['text'])).rejects.toThrow('closed');
  });
});

it('its threads do not keep a process alive', () => {
  const script = `require(${JSON.stringify(path.resolve(__dirname, '../../src/compute/compute-pool.js'))}).createComputePool({ threads: 1 }).encode(['text']).then((v) => console.log(v[0].length))`;
  const { stdout, status } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8', timeout: 30_000 });
  expect([stdout.trim(), status]).toEqual(['256', 0]);
});
