import { sql } from 'kysely';
import type { Collection } from '../../src/db/collection-repository';
import { searchChunks } from '../../src/db/search-chunks';
import { ensureVectorIndex } from '../../src/db/vector-index';
import type { EmbeddingModels } from '../../src/embedding/models';
import { search } from '../../src/search/search';
import { openDatabase, type OpenDatabase } from './database';
import { DIMENSIONS, ingest, NEVER, openCollection, type TestDocument } from './staged-job';

let database: OpenDatabase;
beforeAll(async () => (database = await openDatabase()));
afterAll(() => database.close());

const V = { east: [1, 0, 0], north: [0, 1, 0], up: [0, 0, 1], eastNorth: [1, 1, 0], eastUp: [1, 0, 2] };
const CORPUS: TestDocument[] = [
  { uri: 'b.md', passages: [{ text: 'The fox runs through the forest and the fox sleeps', vector: V.east }, { text: 'A whale swims in the ocean', vector: V.north }] },
  { uri: 'a.md', passages: [{ text: 'Foxes and whales are mammals', vector: V.eastNorth }, { text: 'Nothing of interest', vector: V.up }, { text: 'A word that the model does not know: xyzzy', vector: null }] },
];

async function collectionOf(name: string, documents: TestDocument[], vectorWeight = 0.5): Promise<Collection> {
  const collection = await openCollection(database.db, name, vectorWeight);
  await ingest(database.db, `job of ${name}`, documents, { collection: name, locator: `folder:/${name}` });
  return collection;
}

const find = (collection: Collection, query: string, vector: number[] | null, limit = 10) => searchChunks(database.db, { collection, query, vector: vector && Float32Array.from(vector), limit });

/** The fusion by its definition, from scores that the database gives for each arm alone. */
async function fuse(collection: Collection, tsquery: string, vector: number[]): Promise<{ key: string; score: number }[]> {
  const partition = sql.id('sluice', `chunks_${collection.id}`);
  const { rows } = await sql<{ uri: string; ordinal: number; lexical: number | null; distance: number | null }>`
    select d.uri, c.ordinal, case when c.lexemes @@ ${tsquery}::tsquery then ts_rank(c.lexemes, ${tsquery}::tsquery, 1) end::float8 as lexical, (c.embedding <=> ${JSON.stringify(vector)}::vector)::float8 as distance
    from ${partition} c join sluice.documents d on d.id = c.document_id`.execute(database.db);
  const scaled = (values: (number | null)[]) => {
    const present = values.filter((value) => value !== null);
    const [low, high] = [Math.min(...present), Math.max(...present)];
    return values.map((value) => (value === null ? 0 : high === low ? 1 : (value - low) / (high - low)));
  };
  const lexical = scaled(rows.map((row) => row.lexical));
  const vectorial = scaled(rows.map((row) => (row.distance === null ? null : 1 - row.distance)));
  return rows
    .map((row, index) => ({ key: `${row.uri}/${row.ordinal}`, score: lexical[index]! + collection.vectorWeight * vectorial[index]!, found: row.lexical !== null || row.distance !== null }))
    .filter((row) => row.found)
    .sort((a, b) => b.score - a.score || (a.key < b.key ? -1 : 1))
    .map(({ key, score }) => ({ key, score }));
}

test.each([0.5, 1])('both arms, each scaled by its own minimum and maximum, added with the vector weight %d', async (weight) => {
  const collection = await collectionOf(`fusion-${weight}`, CORPUS, weight);
  const results = await find(collection, 'foxes and the ocean?', V.eastUp);
  const expected = await fuse(collection, "'fox' | 'ocean'", V.eastUp);
  expect(results.map(({ documentUri, ordinal }) => `${documentUri}/${ordinal}`)).toEqual(expected.map(({ key }) => key));
  results.forEach(({ score }, index) => expect(score).toBeCloseTo(expected[index]!.score, 6));
  expect(expected).toHaveLength(4);
  expect(new Set(expected.map(({ score }) => score)).size).toBeGreaterThan(2);
});

test('a result tells where it is from', async () => {
  const collection = await collectionOf('provenance', CORPUS);
  const [result] = await find(collection, 'forest', null);
  expect(result).toEqual({
    score: 1,
    arms: { lexical: 1, vector: null },
    documentUri: 'b.md',
    source: 'folder:/provenance',
    ordinal: 0,
    text: CORPUS[0]!.passages.map((passage) => (passage as { text: string }).text)[0],
    headingPath: ['Heading 0'],
    startOffset: 0,
    endOffset: 50,
    metadata: { n: 0, title: 'Title 0' },
  });
});

describe('arms', () => {
  let collection: Collection;
  beforeAll(async () => (collection = await collectionOf('arms', CORPUS)));

  test('the words are joined by OR: one of them is enough', async () => {
    const results = await find(collection, 'forest ocean unknownword', null);
    expect(results.map(({ documentUri, ordinal }) => `${documentUri}/${ordinal}`).sort()).toEqual(['b.md/0', 'b.md/1']);
  });

  test('one distinct score is 1', async () => {
    const results = await find(collection, 'forest', V.north, 1);
    expect(results[0]).toMatchObject({ documentUri: 'b.md', ordinal: 0, arms: { lexical: 1 } });
  });

  test('an arm that finds nothing is left out, one that misses a passage gives it 0', async () => {
    const onlyVector = await find(collection, 'unknownword', V.north);
    expect(onlyVector.every(({ arms }) => arms.lexical === null)).toBe(true);
    expect(onlyVector[0]).toMatchObject({ documentUri: 'b.md', ordinal: 1, score: 0.5 });
    expect(onlyVector).toHaveLength(4);
    const onlyWords = await find(collection, 'xyzzy', null);
    expect(onlyWords).toMatchObject([{ documentUri: 'a.md', ordinal: 2, score: 1, arms: { lexical: 1, vector: null } }]);
    const [known] = await find(collection, 'xyzzy', V.up);
    expect(known).toMatchObject({ score: 1, arms: { lexical: 1, vector: null } });
  });

  test.each(['the and of', '', '   ', 'unknownword', '\u{1F98A}'])('without a known word (%j) and without a vector nothing is found', async (query) => {
    expect(await find(collection, query, null)).toEqual([]);
  });

  // Named by number: some are 100,000 characters long.
  const HOSTILE = ["fox's", "'", "''", '"', '\\', "\\'", 'fox & !whale | (', ':*', 'fox:A', '<->', "'; drop table sluice.documents; --", '%', '$1', '${x}', "fox'|'whale", 'a\u2028b', 'x'.repeat(100_000), 'fox '.repeat(20_000), '<script>', '../../etc', 'fox\nwhale\t', '\uFEFF', '😀👩‍👩‍👧'];

  test.each(HOSTILE.map((query, index) => [index, query.slice(0, 20), query] as const))('hostile query %d (%j) is only words', async (_index, _beginning, query) => {
    const results = await find(collection, query, V.east);
    expect(results.length).toBeGreaterThan(0);
    if (/fox/.test(query)) expect(results.some(({ arms }) => arms.lexical !== null)).toBe(true);
  });

  test('a negated or grouped word still finds: operators are no operators', async () => {
    const results = await find(collection, '!whale', null);
    expect(results.map(({ text }) => text).every((text) => /whale/i.test(text))).toBe(true);
    expect(results).toHaveLength(2);
  });

  test('the limit is kept', async () => {
    expect(await find(collection, 'fox whale', V.east, 2)).toHaveLength(2);
  });
});

test.each(['fox\0', '\uD800fox', 'fox \uDC00\0'])('what Postgres refuses in a text (%j) is taken out of the query', async (query) => {
  const collection = await collectionOf(`refused ${JSON.stringify(query)}`, CORPUS);
  const embed = (texts: readonly string[]) => Promise.resolve({ vectors: texts.map(() => Float32Array.of(1, 0, 0)), tokens: 0 });
  const models = { getEmbedder: () => ({ provider: { embed } }) } as unknown as EmbeddingModels;
  const results = await search({ db: database.db, models }, { collection: collection.name, query });
  expect(results.some(({ arms }) => arms.lexical !== null)).toBe(true);
});

test('ties go by URI, by bytes, then by ordinal', async () => {
  const same = { text: 'an equal text', vector: V.east };
  const collection = await collectionOf('ties', ['b', 'B', 'a', 'ä', '_'].map((uri) => ({ uri, passages: [same, same] })));
  const results = await find(collection, 'equal', V.east);
  expect(new Set(results.map(({ score }) => score))).toEqual(new Set([1.5]));
  expect(results.map(({ documentUri, ordinal }) => `${documentUri}${ordinal}`)).toEqual(['B0', 'B1', '_0', '_1', 'a0', 'a1', 'b0', 'b1', 'ä0', 'ä1']);
});

test('search reads its own collection alone', async () => {
  await collectionOf('mine', [{ uri: 'm', passages: [{ text: 'mine quokka', vector: V.east }] }]);
  const theirs = await collectionOf('theirs', [{ uri: 't', passages: [{ text: 'theirs quokka', vector: V.east }] }]);
  expect((await find(theirs, 'quokka', V.east)).map(({ text }) => text)).toEqual(['theirs quokka']);
});

describe('a large collection', () => {
  const CHUNKS = 10_000;
  let collection: Collection;

  beforeAll(async () => {
    // One real document, so that the results have something to belong to; the chunks are made in the database.
    collection = await collectionOf('large', [{ uri: 'd', passages: [] }]);
    const partition = sql.id('sluice', `chunks_${collection.id}`);
    await sql`
      insert into ${partition} (collection_id, document_id, ordinal, text, context, heading_path, start_offset, end_offset, embedding)
      select ${collection.id}::int, (select id from sluice.documents where collection_id = ${collection.id}::int), n,
        'number' || n || case when n % 2 = 0 then ' common' else '' end || case n % 1000 when 0 then ' rare' when 1 then ' rare seldom' else '' end, '', '{}', 0, 1,
        array[1 + n % 7, n, 10000 - n]::vector
      from generate_series(1, ${CHUNKS}::int) n`.execute(database.db);
    await sql`update sluice.documents set chunk_count = ${CHUNKS} where collection_id = ${collection.id}`.execute(database.db);
    await ensureVectorIndex(database.db, { id: collection.id, dimensions: DIMENSIONS }, NEVER);
  });

  test('a lexeme in more than a tenth of the chunks ranks what others select, and selects nothing', async () => {
    const results = await find(collection, 'common rare', null, 100);
    const [both, rareOnly] = [0, 1].map((rest) => Array.from({ length: 10 }, (_, k) => 1_000 * (rest === 0 ? k + 1 : k) + rest));
    const ordinals = results.map(({ ordinal }) => ordinal);
    // All have three lexemes: what "common" adds to the rank is all that tells them apart.
    expect([ordinals.slice(0, 10), ordinals.slice(10)].map((part) => part.sort((a, b) => a - b))).toEqual([both, rareOnly]);
  });

  test('where all the lexemes are common they select after all', async () => {
    expect(await find(collection, 'common', null, 100)).toHaveLength(100);
  });

  test('the vector arm brings 100 passages, over the index', async () => {
    const results = await find(collection, 'unknownword', [1, 5_000, 5_000], 100);
    expect(results).toHaveLength(100);
    expect(results.filter(({ ordinal }) => Math.abs(ordinal - 5_000) <= 100).length).toBeGreaterThan(80);
  });
});
