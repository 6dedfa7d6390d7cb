import { parseIngestionInput } from '../../src/input/ingestion-input';
import { SluiceError } from '../../src/domain/errors';
import type { IngestionInput } from '../../src/domain/ingestion-input';

const folder = { kind: 'folder', path: '/data/handbook' };
const withOptions = (options: unknown) => ({ collection: 'handbook', source: folder, options });

/** The sentences of the refusal. */
function problemsWith(value: unknown): string[] {
  try {
    parseIngestionInput(value);
  } catch (error) {
    if (!(error instanceof SluiceError) || error.code !== 'INVALID_INPUT') throw error;
    return error.message.split('\n');
  }
  return [];
}

test('a valid input comes back as it was, nothing filled in', () => {
  const full: IngestionInput = {
    collection: 'handbook',
    source: { kind: 'folder', path: './docs', include: ['**/*.md'], exclude: ['drafts'] },
    options: {
      chunkTokens: 16,
      chunkOverlap: 7,
      batchDocuments: 1,
      concurrency: { EMBEDDING: 64 },
      maxFailures: 0,
      maxAheadDocuments: 1,
      allowMassRemoval: true,
      verify: false,
      providerPatienceSeconds: 0,
      maxTokens: 1,
      maxCost: 0.01,
      embedding: { provider: 'openai', model: 'm', dimensions: 4000 },
      retryOf: 'ingest-1',
      onlyFailedOf: 'a.b:c_D',
    },
  };
  expect(parseIngestionInput(full)).toEqual(full);
  expect(parseIngestionInput({ collection: 'h', source: folder })).toEqual({ collection: 'h', source: folder });
});

test('every problem is named by its path, a sentence each', () => {
  const value = {
    collection: 'My Handbook',
    source: { kind: 'folder', path: '', includes: ['*.md'], exclude: ['ok', '../up', 7] },
    options: {
      chunkTokns: 5,
      chunkTokens: 8,
      chunkOverlap: 6,
      concurrency: { EMBEDING: 1, LOADING: 0 },
      maxCost: 0,
      embedding: { model: 'x' },
      retryOf: 'a b',
    },
    priority: 1,
  };
  expect(problemsWith(value).sort()).toEqual([
    'collection must be 1 to 63 of a-z, 0-9, _ and -, and begin with a letter or digit.',
    'options.chunkOverlap must be less than half of chunkTokens; it is 6.',
    'options.chunkTokens must be a whole number from 16 to 8192; it is 8.',
    'options.chunkTokns is not known: did you mean chunkTokens?',
    'options.concurrency.EMBEDING is not known: did you mean EMBEDDING?',
    'options.concurrency.LOADING must be a whole number from 1 to 64; it is 0.',
    'options.embedding.provider is missing.',
    'options.maxCost must be a number above 0; it is 0.',
    'options.retryOf must be 1 to 200 of A-Z, a-z, 0-9, . _ : and -.',
    'priority is not known: known are collection, source, options.',
    'source.exclude[1] must stay within the folder, without ...',
    'source.exclude[2] must be text; it is 7.',
    'source.includes is not known: did you mean include?',
    'source.path must not be empty.',
  ]);
});

test.each([undefined, null, 'text', 7, [], true])('%j is refused as a whole', (value) => {
  expect(problemsWith(value)).toHaveLength(1);
});

test('what is missing is called missing', () => {
  expect(problemsWith({})).toEqual(['collection is missing.', 'source is missing.']);
  expect(problemsWith({ collection: 'a', source: {} })).toEqual(['source.kind must be a kind of source that there is: folder.']);
  expect(problemsWith({ collection: 'a', source: { kind: 'folder' } })).toEqual(['source.path is missing.']);
});

test('a kind of source that does not exist is refused with those that do', () => {
  expect(problemsWith({ collection: 'a', source: { kind: 'website', url: 'https://example.org' } })).toEqual([
    'source.kind must be a kind of source that there is: folder.',
  ]);
});

test('a password in a URL is refused, whatever the kind, and not repeated', () => {
  for (const source of [
    { kind: 'website', url: 'https://me:hunter2@example.org/' },
    { kind: 'folder', path: 'https://me:hunter2@example.org/' },
  ]) {
    const problems = problemsWith({ collection: 'a', source });
    expect(problems.join()).toMatch(/must not hold a user name or password/);
    expect(problems.join()).not.toMatch(/hunter2/);
  }
});

test.each([
  ['chunkTokens', 15],
  ['chunkTokens', 8193],
  ['chunkTokens', 100.5],
  ['chunkTokens', '256'],
  ['chunkTokens', NaN],
  ['chunkTokens', null],
  ['chunkOverlap', -1],
  ['batchDocuments', 0],
  ['batchDocuments', 10_001],
  ['maxFailures', -1],
  ['maxTokens', 0],
  ['maxTokens', 2 ** 53],
  ['maxCost', Infinity],
  ['verify', 'yes'],
  ['concurrency', 4],
  ['concurrency', { LOADING: 65 }],
  ['embedding', 'openai'],
  ['embedding', { provider: 'cohere' }],
  ['embedding', { provider: 'openai', dimensions: 0 }],
  ['embedding', { provider: 'openai', model: 'a\0b' }],
])('options.%s %j is refused in one sentence', (name, value) => {
  const problems = problemsWith(withOptions({ [name]: value }));
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(new RegExp(`^options\\.${name}.* must .*\\.$`));
});

test('an overlap of half a chunk is refused, a little less is not', () => {
  expect(problemsWith(withOptions({ chunkTokens: 64, chunkOverlap: 32 }))).toEqual([
    'options.chunkOverlap must be less than half of chunkTokens; it is 32.',
  ]);
  expect(problemsWith(withOptions({ chunkTokens: 64, chunkOverlap: 31 }))).toEqual([]);
});

test.each(['../x', '/abs', '!x', '', 'a\0', 'lone \ud800'])('the pattern %j is refused', (pattern) => {
  expect(problemsWith({ collection: 'a', source: { ...folder, include: [pattern] } })).toHaveLength(1);
});

test('a key that every object has is not taken for known', () => {
  expect(problemsWith(JSON.parse('{"collection":"a","source":{"kind":"folder","path":"x"},"__proto__":{}}'))).toHaveLength(1);
  expect(problemsWith(withOptions({ toString: 1 }))).toHaveLength(1);
});
