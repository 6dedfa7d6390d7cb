import { sql } from 'kysely';
import type { Db } from './connect';

/** Runs the work if nobody else runs work of that name now, in any process on the database; otherwise does nothing. */
export async function whileAlone(db: Db, kind: string, name: string, work: () => Promise<void>): Promise<void> {
  await db.connection().execute(async (connection) => {
    const { rows } = await sql<{ alone: boolean }>`select pg_try_advisory_lock(hashtext(${kind}), hashtext(${name})) as alone`.execute(connection);
    if (!rows[0]!.alone) return;
    try {
      await work();
    } finally {
      await sql`select pg_advisory_unlock(hashtext(${kind}), hashtext(${name}))`.execute(connection);
    }
  });
}
