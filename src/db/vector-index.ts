import { setTimeout as sleep } from 'node:timers/promises';
import { sql, type RawBuilder } from 'kysely';
import { withCancel } from './cancellable';
import { chunkPartition } from './collection-repository';
import type { Db } from './connect';

/** pgvector's limits of an HNSW index: above the first, half precision; above the second, none, and search scans. */
const MAX_INDEXED_DIMENSIONS = 2_000;
const MAX_HALF_DIMENSIONS = 4_000;

/** Chunks whose index is built in a fraction of a second: for so long other writers of the collection may wait. */
const SMALL_CHUNKS = 1_000;

const LONGEST_LOCK_WAIT = '100ms';
const LONGEST_BUILD = '1s';

const LOCK_POLL_MS = 200;

const QUERY_CANCELED = '57014';
const LOCK_NOT_AVAILABLE = '55P03';

/**
 * What the index of a collection is built on, and what a search must order by to use it: the column has no fixed dimension, an HNSW
 * index needs one.
 */
export function indexedVector(column: RawBuilder<unknown>, dimensions: number): RawBuilder<unknown> {
  return sql`(${column}::${vectorType(dimensions)})`;
}

/** The type to which a query's vector is cast to meet {@link indexedVector}. */
export function vectorType(dimensions: number): RawBuilder<unknown> {
  return sql.raw(`${dimensions > MAX_INDEXED_DIMENSIONS && dimensions <= MAX_HALF_DIMENSIONS ? 'halfvec' : 'vector'}(${dimensions})`);
}

/**
 * Builds the collection's HNSW index when it has none: at the end of its first load, when that costs a quarter of growing it row by row.
 * Other jobs go on writing meanwhile, or wait a moment when it is small. A concurrent build that was cut short leaves an invalid index, which is dropped, here or by the next attempt.
 * @param signal cancels the build in the server
 */
export async function ensureVectorIndex(db: Db, collection: { id: number; dimensions: number }, signal: AbortSignal): Promise<void> {
  if (collection.dimensions > MAX_HALF_DIMENSIONS) return;
  const partition = chunkPartition(collection.id);
  const index = `${partition}_hnsw`;
  await withCancel(db, signal, async (connection) => {
    await lock(connection, collection.id, signal);
    try {
      const found = await findIndex(connection, index);
      if (found?.valid) return;
      if (found !== undefined) await drop(connection, index);
      await build(connection, partition, index, collection.dimensions, signal);
    } catch (error) {
      // Under the lock: without it this would be the half-built index of another job. Not on this connection, which the cancel is aimed at.
      if (signal.aborted && (await findIndex(db, index))?.valid === false) await drop(db, index);
      throw error;
    } finally {
      await unlock(connection, collection.id);
    }
  });
  await sql`analyze ${sql.id('sluice', partition)}`.execute(db);
}

/** Polled, not waited for in the server: a waiting statement holds a snapshot, and a concurrent build waits for all snapshots. */
async function lock(connection: Db, collectionId: number, signal: AbortSignal): Promise<void> {
  for (;;) {
    const { rows } = await sql<{ locked: boolean }>`select pg_try_advisory_lock(hashtext('sluice.index'), ${collectionId}) as locked`.execute(connection);
    if (rows[0]!.locked) return;
    await sleep(LOCK_POLL_MS, undefined, { signal });
  }
}

/** A cancel that was on its way when the build ended may hit this statement. It comes once; a lock left behind would stay with the connection. */
async function unlock(connection: Db, collectionId: number): Promise<void> {
  const statement = sql`select pg_advisory_unlock(hashtext('sluice.index'), ${collectionId})`;
  await statement.execute(connection).catch((error: { code?: unknown }) => {
    if (error.code !== QUERY_CANCELED) throw error;
    return statement.execute(connection);
  });
}

async function findIndex(connection: Db, index: string): Promise<{ valid: boolean } | undefined> {
  const { rows } = await sql<{ valid: boolean }>`
    select i.indisvalid as valid from pg_index i where i.indexrelid = to_regclass(${`sluice.${index}`})`.execute(connection);
  return rows[0];
}

async function drop(connection: Db, index: string): Promise<void> {
  await sql`drop index concurrently if exists ${sql.id('sluice', index)}`.execute(connection);
}

async function build(connection: Db, partition: string, index: string, dimensions: number, signal: AbortSignal): Promise<void> {
  const operators = sql.raw(dimensions > MAX_INDEXED_DIMENSIONS ? 'halfvec_cosine_ops' : 'vector_cosine_ops');
  const create = (concurrently: RawBuilder<unknown>) => sql`
    create index ${concurrently} ${sql.id(index)} on ${sql.id('sluice', partition)} using hnsw (${indexedVector(sql.id('embedding'), dimensions)} ${operators})`;
  if ((await isSmall(connection, partition)) && (await buildAtOnce(connection, create(sql``)))) return;
  // The cancel comes once, and may have met the attempt before.
  signal.throwIfAborted();
  await sql`set maintenance_work_mem = '256MB'`.execute(connection);
  try {
    await create(sql`concurrently`).execute(connection);
  } finally {
    await sql`reset maintenance_work_mem`.execute(connection);
  }
}

async function isSmall(connection: Db, partition: string): Promise<boolean> {
  const { rows } = await sql<{ chunks: number }>`select count(*)::int as chunks from (select from ${sql.id('sluice', partition)} limit ${SMALL_CHUNKS + 1}) as first`.execute(connection);
  return rows[0]!.chunks <= SMALL_CHUNKS;
}

/**
 * Spares a small job the wait of a concurrent build for the transactions of all others, also of other collections.
 * @returns false: it would keep the collection's writers waiting, because it waits for one of them, or for a vacuum, or takes long (for what was removed of late)
 */
async function buildAtOnce(connection: Db, create: RawBuilder<unknown>): Promise<boolean> {
  try {
    await connection.transaction().execute(async (trx) => {
      await sql`set local lock_timeout = ${sql.lit(LONGEST_LOCK_WAIT)}`.execute(trx);
      await sql`set local statement_timeout = ${sql.lit(LONGEST_BUILD)}`.execute(trx);
      await create.execute(trx);
    });
    return true;
  } catch (error) {
    const { code } = error as { code?: unknown };
    if (code !== LOCK_NOT_AVAILABLE && code !== QUERY_CANCELED) throw error;
    return false;
  }
}
