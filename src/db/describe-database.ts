/** What a database is, for `sluice doctor`. */
import { sql } from 'kysely';
import { connect } from './connect';

export interface DatabaseDescription {
  version: string;
  /** null: the extension is not installed. */
  vectorVersion: string | null;
  hasTables: boolean;
}

export async function describeDatabase(databaseUrl: string, connectTimeoutMs: number): Promise<DatabaseDescription> {
  const db = connect(databaseUrl, { maxConnections: 1, connectTimeoutMs });
  try {
    const { rows } = await sql<DatabaseDescription>`
      select current_setting('server_version') as version,
        (select extversion from pg_extension where extname = 'vector') as "vectorVersion",
        to_regclass('sluice.ingestion_jobs') is not null as "hasTables"`.execute(db);
    return rows[0] as DatabaseDescription;
  } finally {
    await db.destroy();
  }
}
