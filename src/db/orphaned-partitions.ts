import { sql } from 'kysely';
import type { Db } from './connect';

/**
 * Drops the partitions of collections that are gone. A plain DROP would lock all collections until every running search had ended: so
 * each is detached first in a way that lets the others work. What an interrupted call leaves, the next one finishes.
 */
export async function dropOrphanedPartitions(db: Db): Promise<void> {
  await db.connection().execute(async (connection) => {
    // One at a time: two would wait for each other's snapshots.
    await sql`select pg_advisory_lock(hashtext('sluice.orphaned-partitions'))`.execute(connection);
    try {
      for (const { partition, state } of await findOrphans(connection)) {
        const table = sql.id('sluice', partition);
        if (state === 'detaching') await sql`alter table sluice.chunks detach partition ${table} finalize`.execute(connection);
        if (state === 'attached') await sql`alter table sluice.chunks detach partition ${table} concurrently`.execute(connection);
        await sql`drop table if exists ${table}`.execute(connection);
      }
    } finally {
      await sql`select pg_advisory_unlock(hashtext('sluice.orphaned-partitions'))`.execute(connection);
    }
  });
}

/** Tables of chunks whose collection is not there. In one statement, so that one that is being made is seen with its collection or not at all. */
async function findOrphans(connection: Db): Promise<{ partition: string; state: 'attached' | 'detaching' | 'detached' }[]> {
  const { rows } = await sql<{ partition: string; state: 'attached' | 'detaching' | 'detached' }>`
    select c.relname as partition,
      case when i.inhrelid is null then 'detached' when i.inhdetachpending then 'detaching' else 'attached' end as state
    from pg_class c left join pg_inherits i on i.inhrelid = c.oid
    where c.relnamespace = 'sluice'::regnamespace and c.relkind = 'r' and c.relname ~ '^chunks_[0-9]+$'
      and not exists (select from sluice.collections k where c.relname = 'chunks_' || k.id)`.execute(connection);
  return rows;
}
