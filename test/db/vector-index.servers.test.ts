import { sql } from 'kysely';
import { ensureVectorIndex } from '../../src/db/vector-index';
import { expectEventually } from '../harness/expect-eventually';
import { openDatabase, type OpenDatabase } from './database';
import { DIMENSIONS, ingest, NEVER, openCollection } from './staged-job';

let database: OpenDatabase;
beforeAll(async () => (database = await openDatabase()));
afterAll(() => database.close());

let number = 0;

/** A collection with so many chunks, its partition and what is known of its index. */
async function fill(chunks: number, dimensions = DIMENSIONS) {
  const { id } = await openCollection(database.db, `indexed-${++number}`);
  await sql`
    insert into ${sql.id('sluice', `chunks_${id}`)} (collection_id, document_id, ordinal, text, context, heading_path, start_offset, end_offset, embedding)
    select ${id}::int, -1, n, 'text', '', '{}', 0, 4, (select array_agg(sin(n * i)) from generate_series(1, ${dimensions}::int) i)::vector from generate_series(1, ${chunks}::int) n`.execute(database.db);
  const index = () =>
    database.rows<{ oid: number; valid: boolean; definition: string }>(
      `select i.indexrelid::int as oid, i.indisvalid as valid, pg_get_indexdef(i.indexrelid) as definition from pg_index i where i.indexrelid = to_regclass('sluice.chunks_${id}_hnsw')`,
    );
  return { id, dimensions, index };
}

test('is built once, and left alone afterwards', async () => {
  const collection = await fill(50);
  expect(await collection.index()).toEqual([]);
  await ensureVectorIndex(database.db, collection, NEVER);
  const [built] = await collection.index();
  expect(built).toMatchObject({ valid: true, definition: expect.stringMatching(/USING hnsw .*vector\(3\)\).*vector_cosine_ops/) });
  await ensureVectorIndex(database.db, collection, NEVER);
  expect(await collection.index()).toEqual([built]);
});

test('of few chunks it waits for no other transaction', async () => {
  const [small, large] = [await fill(1_000), await fill(1_001)];
  let building!: Promise<void>;
  await database.db.transaction().execute(async (trx) => {
    // What a concurrent build waits for: a snapshot that is older than its own.
    await sql`set transaction isolation level repeatable read`.execute(trx);
    await sql`select from sluice.collections`.execute(trx);
    await ensureVectorIndex(database.db, small, NEVER);
    building = ensureVectorIndex(database.db, large, NEVER);
    await expectEventually(async () => expect(await large.index()).toMatchObject([{ valid: false }]));
  });
  await building;
  expect([...(await small.index()), ...(await large.index())]).toMatchObject([{ valid: true }, { valid: true }]);
});

test('two at once build one', async () => {
  const collection = await fill(2_000);
  await Promise.all([1, 2, 3].map(() => ensureVectorIndex(database.db, collection, NEVER)));
  expect(await collection.index()).toMatchObject([{ valid: true }]);
});

test('an invalid one, left by a build that was cut short, is replaced', async () => {
  const collection = await fill(50);
  await ensureVectorIndex(database.db, collection, NEVER);
  const [before] = await collection.index();
  await database.rows(`update pg_index set indisvalid = false where indexrelid = ${before!.oid} returning 1`);
  await ensureVectorIndex(database.db, collection, NEVER);
  const [after] = await collection.index();
  expect(after!.valid).toBe(true);
  expect(after!.oid).not.toBe(before!.oid);
});

test.each([
  [2_000, 'vector_cosine_ops'],
  [2_001, 'halfvec_cosine_ops'],
  [4_001, undefined],
])('of %d dimensions has the operators %s', async (dimensions, operators) => {
  const collection = await fill(3, dimensions);
  await ensureVectorIndex(database.db, collection, NEVER);
  const found = await collection.index();
  if (operators === undefined) expect(found).toEqual([]);
  else expect(found).toMatchObject([{ valid: true, definition: expect.stringContaining(operators) }]);
});

describe('while another transaction holds the build up', () => {
  /** A concurrent build waits for transactions that write into its table: held open by the test, one stops it at a known point. So few chunks are tried at once first, in vain. */
  async function withBuildUnderWay(work: (build: { id: number; building: Promise<unknown>; abort: AbortController; index: Awaited<ReturnType<typeof fill>>['index'] }) => Promise<void>): Promise<void> {
    const collection = await fill(50);
    const abort = new AbortController();
    let open!: () => void;
    let letGo!: () => void;
    const isOpen = new Promise<void>((resolve) => (open = resolve));
    const mayEnd = new Promise<void>((resolve) => (letGo = resolve));
    const blocker = database.db.transaction().execute(async (trx) => {
      await sql`update ${sql.id('sluice', `chunks_${collection.id}`)} set text = text where ordinal = 1`.execute(trx);
      open();
      await mayEnd;
    });
    await isOpen;
    const building = ensureVectorIndex(database.db, collection, abort.signal).then(() => 'built', (error: Error) => error.message);
    await expectEventually(async () => {
      const waiting = await database.rows(`select from pg_stat_activity where query like '%create index concurrently%chunks_${collection.id}_hnsw%' and wait_event_type = 'Lock' and pid <> pg_backend_pid()`);
      expect(waiting).toHaveLength(1);
    });
    try {
      await work({ id: collection.id, building, abort, index: collection.index });
    } finally {
      letGo();
      await blocker;
      await building;
    }
  }

  test('other jobs write into the collection meanwhile', async () => {
    await withBuildUnderWay(async ({ id, index }) => {
      const before = await index();
      await ingest(database.db, 'meanwhile', [{ uri: 'x', passages: ['written while the index is built'] }], { collection: `indexed-${number}` });
      const written = await database.rows(`select from sluice.chunks_${id} where text like 'written while%'`);
      expect(written).toHaveLength(1);
      expect(before).toMatchObject([{ valid: false }]);
    });
  });

  test('a signal cancels it and leaves no index behind', async () => {
    let index!: Awaited<ReturnType<typeof fill>>['index'];
    await withBuildUnderWay(async (build) => {
      index = build.index;
      build.abort.abort(new Error('paused'));
      // Dropping the half-built one waits for the same transaction: the cancel has been answered when the build is no longer at work.
      await expectEventually(async () => expect(await database.rows(`select from pg_stat_activity where query like '%create index concurrently%chunks_${build.id}_hnsw%' and state = 'active' and pid <> pg_backend_pid()`)).toEqual([]));
    });
    expect(await index()).toEqual([]);
  });

  test('a second job that waits for the same index can be stopped without harm to the first', async () => {
    let index!: Awaited<ReturnType<typeof fill>>['index'];
    await withBuildUnderWay(async ({ id, ...build }) => {
      index = build.index;
      const second = new AbortController();
      const waiting = ensureVectorIndex(database.db, { id, dimensions: DIMENSIONS }, second.signal);
      await expectEventually(async () => expect(await database.rows(`select from pg_stat_activity where query like '%pg_try_advisory_lock%' and state = 'idle' and pid <> pg_backend_pid()`)).not.toEqual([]));
      second.abort(new Error('paused'));
      await expect(waiting).rejects.toThrow('paused');
    });
    // The first one's build was not touched.
    expect(await index()).toMatchObject([{ valid: true }]);
  });
});
