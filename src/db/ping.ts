import { sql } from 'kysely';
import type { Db } from './connect';

/** Rejects when the database does not answer, or has none of Sluice's tables. */
export async function pingDatabase(db: Db): Promise<void> {
  await sql`select from sluice.ingestion_jobs limit 0`.execute(db);
}
