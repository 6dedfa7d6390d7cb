import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { cancellableTransaction } from '../../src/db/cancellable';
import { connect } from '../../src/db/connect';
import { openDatabase, type OpenDatabase } from './database';
import { openJob } from './staged-job';

let database: OpenDatabase;
beforeAll(async () => {
  database = await openDatabase();
  await openJob(database.db, 'job-1');
});
afterAll(() => database.close());

test('an aborted signal cancels the statement in the server, and the connection can be used after', async () => {
  const single = connect(database.url, { maxConnections: 2 });
  const abort = new AbortController();
  try {
    const work = cancellableTransaction(single, abort.signal, async (trx) => {
      await sql`insert into sluice.job_ignored_files values ('job-1', 'rolled back', 'x')`.execute(trx);
      setImmediate(() => abort.abort(new Error('told to stop')));
      await sql`select pg_sleep(30)`.execute(trx);
    });
    const late = sleep(20_000, 'late', { ref: false });
    expect(await Promise.race([work.catch((error: Error) => error.message), late])).toBe('told to stop');
    const sleeping = await sql`select from pg_stat_activity where query like '%pg_sleep(30)%' and state = 'active' and pid <> pg_backend_pid()`.execute(single);
    expect(sleeping.rows).toEqual([]);
    const both = await Promise.all([1, 2].map((n) => sql<{ n: number }>`select ${n}::int as n, pg_sleep(0.05)`.execute(single)));
    expect(both.map(({ rows }) => rows[0]!.n)).toEqual([1, 2]);
    expect((await sql`select from sluice.job_ignored_files where uri = 'rolled back'`.execute(single)).rows).toEqual([]);
    await expect(cancellableTransaction(single, abort.signal, () => Promise.resolve(1))).rejects.toThrow('told to stop');
  } finally {
    await single.destroy();
  }
});
