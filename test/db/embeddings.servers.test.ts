/** Answers as several workers store them, and what the job's status says of its provider. */
import { sql } from 'kysely';
import { EmbeddingClaims } from '../../src/db/embedding-claims';
import { EmbeddingRepository } from '../../src/db/embedding-repository';
import { PhaseWaitRepository } from '../../src/db/phase-wait-repository';
import { expectEventually } from '../harness/expect-eventually';
import { openDatabase, type OpenDatabase } from './database';
import { openJob, sha256 } from './staged-job';

let database: OpenDatabase;
beforeAll(async () => (database = await openDatabase()));
afterAll(() => database.close());

const answer = (hash: string) => ({ hash, vector: Float32Array.of(1, 2, 3) });
const spent = { tokens: 5, cost: 0.5 };

test('two workers that store the same texts in opposite orders do not wait for each other', async () => {
  const { db } = database;
  const jobs = [await openJob(db, 'one', { locator: 'folder:/one' }), await openJob(db, 'two', { locator: 'folder:/two' })];
  const [low, middle, high] = ['a', 'b', 'c'].map(sha256).sort() as [string, string, string];
  const repository = new EmbeddingRepository(db);
  let stores!: Promise<unknown>;
  // Each gets its first row and is held at the middle one: let go, they would meet.
  await db.transaction().execute(async (trx) => {
    await sql`insert into sluice.embeddings (model_id, text_hash, embedding) values (${jobs[0]!.modelId}, ${Buffer.from(middle, 'hex')}, null)`.execute(trx);
    stores = Promise.all([repository.store(jobs[0]!, [low, middle, high].map(answer), spent), repository.store(jobs[1]!, [high, middle, low].map(answer), spent)]);
    stores.catch(() => undefined);
    await expectEventually(async () => {
      const [row] = await database.rows<{ count: string }>("select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'");
      expect(Number(row!.count)).toBe(2);
    });
  });
  await stores;
  expect(await database.rows('select 1 from sluice.embeddings')).toHaveLength(3);
  expect([await repository.getSpent('one'), await repository.getSpent('two')]).toEqual([spent, spent]);
});

test('an answer that is stored again, because its commit was not heard of, is counted once', async () => {
  const job = await openJob(database.db, 'again', { locator: 'folder:/again' });
  const repository = new EmbeddingRepository(database.db);
  await repository.store(job, [answer(sha256('x'))], spent);
  await repository.store(job, [answer(sha256('x'))], spent, true);
  expect(await repository.getSpent('again')).toEqual(spent);
  await repository.store(job, [answer(sha256('y'))], spent, true);
  expect(await repository.getSpent('again')).toEqual({ tokens: 10, cost: 1 });
});

test('waiting for a turn leaves the start of an outage, and what a pause says', async () => {
  const job = await openJob(database.db, 'outage', { locator: 'folder:/outage' });
  const waits = new PhaseWaitRepository(database.db);
  const row = async () => (await database.rows<{ since: Date | null; reason: string | null }>("select outage_since as since, wait_reason as reason from sluice.ingestion_phase_status where job_id = 'outage' and phase = 'EMBEDDING'"))[0]!;
  await waits.waitsForTurn(job.jobId);
  expect(await row()).toEqual({ since: null, reason: 'RATE_LIMITED' });
  await waits.providerFails(job, 'PROVIDER_DOWN');
  const { since } = await row();
  expect(since).not.toBeNull();
  await waits.waitsForTurn(job.jobId);
  expect(await row()).toEqual({ since, reason: 'RATE_LIMITED' });
  await database.rows("update sluice.ingestion_phase_status set wait_reason = 'PAUSED' where job_id = 'outage' and phase = 'EMBEDDING'");
  await waits.waitsForTurn(job.jobId);
  expect(await row()).toEqual({ since, reason: 'PAUSED' });
});

test('a text is in the hands of one batch, until that lets it go or says nothing any more; its own later attempt has it at once', async () => {
  const { db } = database;
  const job = await openJob(db, 'claims', { locator: 'folder:/claims' });
  const [first, second, third] = [1, 2, 3].map((batch) => new EmbeddingClaims(db, job, batch)) as [EmbeddingClaims, EmbeddingClaims, EmbeddingClaims];
  const [a, b, c] = ['p', 'q', 'r'].map(sha256) as [string, string, string];
  expect(await first.claim([a, b])).toEqual(new Set());
  expect(await second.claim([b, c])).toEqual(new Set([b]));
  expect(await first.claim([a, b, c])).toEqual(new Set([c]));
  const again = new EmbeddingClaims(db, job, 1);
  expect(await again.claim([a, b])).toEqual(new Set());
  // Late: what it had is another attempt's.
  await first.release();
  expect(await second.claim([a, b])).toEqual(new Set([a, b]));
  await again.release(a);
  expect(await second.claim([a, b])).toEqual(new Set([b]));
  await again.release();
  expect(await second.claim([a, b])).toEqual(new Set());
  const age = (seconds: number) => sql`update sluice.embedding_claims set until = until - make_interval(secs => ${seconds})`.execute(db);
  await age(20);
  expect(await third.claim([c])).toEqual(new Set([c]));
  await second.keep();
  await age(20);
  expect(await third.claim([c])).toEqual(new Set([c]));
  await age(20);
  expect(await third.claim([c])).toEqual(new Set());
});

test('batches that claim the same texts in opposite orders, and renew them, share them out', async () => {
  const { db } = database;
  const job = await openJob(db, 'shared', { locator: 'folder:/shared' });
  const texts = Array.from({ length: 200 }, (_, number) => sha256(`shared ${number}`));
  const all = Array.from({ length: 8 }, (_, batch) => new EmbeddingClaims(db, job, batch));
  for (let round = 0; round < 5; round++) {
    const elsewhere = await Promise.all(all.map(async (claims, batch) => {
      const others = await claims.claim(batch % 2 === 0 ? texts : [...texts].reverse());
      await claims.keep();
      return others;
    }));
    expect(elsewhere.reduce((sum, { size }) => sum + texts.length - size, 0)).toBe(texts.length);
  }
});
