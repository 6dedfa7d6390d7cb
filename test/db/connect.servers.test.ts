import { sql } from 'kysely';
import { connect, type Db } from '../../src/db/connect';
import { createTestDatabase, type TestDatabase } from '../harness/test-database';

let database: TestDatabase;
let db: Db;
let other: Db;

beforeAll(async () => {
  database = await createTestDatabase();
  db = connect(database.url, { maxConnections: 2 });
  other = connect(database.url, { maxConnections: 1 });
});

afterAll(async () => {
  await Promise.all([db.destroy(), other.destroy()]);
  await database.drop();
});

test('a connection that the server ends while it is held, between two statements, ends its transaction and nothing else', async () => {
  const transaction = db.transaction().execute(async (trx) => {
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(trx);
    await sql`select pg_terminate_backend(${rows[0]!.pid}, 5000)`.execute(other);
    await sql`select 1`.execute(trx);
  });
  await expect(transaction).rejects.toThrow(/terminat|not queryable|connection/i);
  expect((await sql<{ one: number }>`select 1 as one`.execute(db)).rows).toEqual([{ one: 1 }]);
});

test('bigint comes back as a number', async () => {
  expect((await sql<{ count: unknown }>`select count(*) as count from sluice.ingestion_jobs`.execute(db)).rows).toEqual([{ count: 0 }]);
});
