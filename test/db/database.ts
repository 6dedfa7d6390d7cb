/** A database of its own for a test file, as a pool, with a shortcut for looking into it. */
import { sql } from 'kysely';
import { connect, type Db } from '../../src/db/connect';
import { createTestDatabase } from '../harness/test-database';

export interface OpenDatabase {
  db: Db;
  url: string;
  /** Rows of a statement without parameters. */
  rows<T extends object = Record<string, unknown>>(statement: string): Promise<T[]>;
  close(): Promise<void>;
}

export async function openDatabase(): Promise<OpenDatabase> {
  const database = await createTestDatabase();
  const db = connect(database.url);
  return {
    db,
    url: database.url,
    rows: async <T extends object>(statement: string) => (await sql.raw<T>(statement).execute(db)).rows,
    async close() {
      await db.destroy();
      await database.drop();
    },
  };
}
