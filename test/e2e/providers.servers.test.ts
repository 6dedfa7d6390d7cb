/** What users are promised of outages, refusals and keys, with real workers against a provider in this process, which sees every request. */
import { sql } from 'kysely';
import { expectEventually } from '../harness/expect-eventually';
import { startCli } from '../harness/start-process';
import { EMBEDDING } from './deployment';
import { DOCUMENTS, KEY, providedTest } from './provided';

// First, as it waits for longest.
providedTest('in an outage one request at a time finds out; its clock goes on over a restart and a pause, and then the job fails', async ({ deployment, provider, start, embedding }) => {
  provider.behaviour.always = { kind: 'status', status: 503 };
  const first = await deployment.startWorker();
  const jobs = [await start({ providerPatienceSeconds: 25, batchDocuments: 5 }), await start({ providerPatienceSeconds: 3_600, batchDocuments: 5 }, 'patient')];
  for (const jobId of jobs) await expectEventually(async () => expect(await embedding(jobId)).toMatchObject({ waitReason: 'PROVIDER_DOWN' }), { timeoutMs: 30_000 });
  const since = () => deployment.db.selectFrom('ingestion_phase_status').select('outage_since').where('job_id', '=', jobs[0]!).where('phase', '=', 'EMBEDDING').executeTakeFirstOrThrow();
  const began = await since();
  first.kill('SIGKILL');
  await first.exit;
  await deployment.startWorker();
  await deployment.service.pause(jobs[0]!, 'EMBEDDING');
  await expectEventually(async () => expect(await embedding(jobs[0]!)).toMatchObject({ status: 'PAUSED', inFlight: 0 }), { timeoutMs: 20_000 });
  await deployment.service.resume(jobs[0]!, 'EMBEDDING');
  expect(await since()).toEqual(began);
  const failed = await deployment.waitForEnd(jobs[0]!);
  expect(failed).toMatchObject({ status: 'FAILED', error: { code: 'PROVIDER_DOWN', phase: 'EMBEDDING', message: expect.stringContaining('503') as string } });
  // 4 were under way when it began; then 1 s, 2 s, 4 s … apart, however many batches wait.
  expect(provider.log.length).toBeLessThanOrEqual(4 + 8);
  // The other job only waits: it would go on (provider-faults), but not before the time between two requests is over, half a minute by now.
  await expectEventually(async () => expect(await embedding(jobs[1]!)).toMatchObject({ status: 'RUNNING', waitReason: 'PROVIDER_DOWN' }));
}, 240_000);

providedTest('a wait for the limit is shown as RATE_LIMITED, and a pause ends it at once', async ({ deployment, provider, start, embedding }) => {
  Object.assign(deployment.env, { SLUICE_EMBEDDING_REQUESTS_PER_MINUTE: '6' });
  await deployment.startWorker();
  const jobId = await start();
  await expectEventually(async () => expect(await embedding(jobId)).toMatchObject({ status: 'RUNNING', waitReason: 'RATE_LIMITED' }), { timeoutMs: 30_000 });
  // Else the next request would be waited for, 10 s and more.
  await deployment.service.pause(jobId);
  await expectEventually(async () => expect(await embedding(jobId)).toMatchObject({ status: 'PAUSED', waitReason: 'PAUSED', inFlight: 0 }), { timeoutMs: 8_000 });
  expect(provider.log.length).toBeLessThan(10);
}, 90_000);

providedTest('429s slow all down without a limit being configured; nothing fails, nothing is paid for twice', async ({ deployment, provider, start }) => {
  await deployment.startWorker();
  provider.behaviour.faults = Array.from({ length: 6 }, () => ({ kind: 'status', status: 429, headers: { 'retry-after': '1' } }) as const);
  const job = await deployment.waitForEnd(await start({ batchDocuments: 40 }));
  expect(job).toMatchObject({ status: 'COMPLETED', documents: { succeeded: DOCUMENTS, failed: 0 } });
  expect(provider.stats().paidTexts).toBe(provider.stats().distinctTexts);
  const { rows } = await sql<{ learned: boolean }>`select learned_rate is not null as learned from sluice.provider_gates`.execute(deployment.db);
  expect(rows).toEqual([{ learned: true }]);
}, 120_000);

providedTest('a text on which the provider fails, without saying so, fails its document alone', async ({ deployment, provider, start }) => {
  await deployment.startWorker();
  provider.behaviour.failContaining = { text: '(77) ', fault: { kind: 'status', status: 500 } };
  const jobId = await start({ batchDocuments: 100 });
  expect(await deployment.waitForEnd(jobId)).toMatchObject({ status: 'COMPLETED', documents: { succeeded: DOCUMENTS - 1, failed: 1 } });
  const { documents } = await deployment.service.documents(jobId, { outcome: 'FAILED' });
  expect(documents).toMatchObject([{ uri: 'part-000/document-00077.md', phase: 'EMBEDDING', code: 'REFUSED_BY_PROVIDER' }]);
}, 180_000);

providedTest('the key is in no log, error, history or row, even when the provider repeats it', async ({ deployment, provider, start }) => {
  const repeated = { message: `key ${KEY} is out of luck` };
  provider.behaviour.faults = [{ kind: 'status', status: 500, error: repeated }, { kind: 'status', status: 429, error: repeated }, { kind: 'status', status: 503, error: repeated }];
  provider.behaviour.refuseContaining = '(77) ';
  const worker = startCli(['worker', '--log-level', 'trace', '--debug'], { env: deployment.env });
  await worker.waitForLine(/Working on/);
  const completed = await start({ batchDocuments: 20 });
  await deployment.waitForEnd(completed);
  Object.assign(provider.behaviour, { key: 'another', faults: [{ kind: 'status', status: 401, error: repeated }] });
  // Of another model: what the first job has embedded it would not ask for.
  const refused = await start({ embedding: { ...EMBEDDING, model: 'another' } }, 'provided-too');
  expect(await deployment.waitForEnd(refused)).toMatchObject({ error: { code: 'PROVIDER_AUTH' } });
  worker.kill('SIGTERM');
  await worker.exit;
  const histories = await Promise.all([completed, refused].map((jobId) => deployment.client.workflow.getHandle(jobId).fetchHistory()));
  const { rows: tables } = await sql<{ name: string }>`select table_name as name from information_schema.tables where table_schema = 'sluice' and table_type = 'BASE TABLE'`.execute(deployment.db);
  expect(tables.length).toBeGreaterThan(10);
  const stored = await Promise.all(tables.map(async ({ name }) => (await sql`select t::text from sluice.${sql.raw(name)} t`.execute(deployment.db)).rows));
  const seen = { log: worker.stdout + worker.stderr, histories: textOf(histories), stored: JSON.stringify(stored), status: JSON.stringify(await deployment.service.status(completed)) };
  // What is looked through is there.
  expect([seen.histories, seen.stored, seen.status].every((text) => text.includes('provided'))).toBe(true);
  expect(seen.log.length).toBeGreaterThan(1_000);
  for (const text of Object.values(seen)) expect(text.includes(KEY)).toBe(false);
}, 180_000);

providedTest('search says of a wrong key, and of a provider that is down, what they are', async ({ deployment, provider, start }) => {
  await deployment.startWorker();
  await deployment.waitForEnd(await start({ batchDocuments: 100 }));
  const search = async (env: Record<string, string> = {}) => {
    const cli = startCli(['search', 'durable', '--collection', 'provided', '--json'], { env: { ...deployment.env, ...env } });
    const { code } = await cli.exit;
    expect(cli.stdout + cli.stderr).not.toContain(KEY);
    return { code, answer: JSON.parse(cli.stdout) as { error?: { code: string; message: string; hint: string } } };
  };
  expect(await search()).toMatchObject({ code: 0 });
  provider.behaviour.key = 'another';
  expect(await search()).toMatchObject({ code: 2, answer: { error: { code: 'PROVIDER_AUTH', message: expect.stringContaining('OPENAI_API_KEY') as string } } });
  expect(await search({ OPENAI_API_KEY: '' })).toMatchObject({ code: 2, answer: { error: { code: 'PROVIDER_AUTH', message: expect.stringContaining('OPENAI_API_KEY') as string } } });
  Object.assign(provider.behaviour, { key: null, always: { kind: 'status', status: 503 } });
  expect(await search()).toMatchObject({ code: 1, answer: { error: { code: 'PROVIDER_DOWN', message: expect.stringContaining('503') as string } } });
}, 120_000);

/** JSON with the payloads as the text that they are. */
function textOf(value: unknown): string {
  return JSON.stringify(value, (key, part: unknown) => (key === 'data' && typeof part === 'string' ? Buffer.from(part, 'base64').toString('utf8') : part));
}
