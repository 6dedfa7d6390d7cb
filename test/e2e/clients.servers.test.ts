/** Jobs of clients that know nothing of Sluice but its contract: Temporal's command line and its SDK for Python, on a worker of the command line. */
import { join } from 'node:path';
import { sql } from 'kysely';
import { JOB_PHASES } from '../../src/domain/job-phase';
import type { JobStatusResponse, PhaseStatusView } from '../../src/domain/job-view';
import { expectEventually } from '../harness/expect-eventually';
import { startCli, startProcess } from '../harness/start-process';
import { createTestFolder } from '../harness/test-folder';
import { createDeployment, EMBEDDING, type Deployment } from './deployment';
import { writeDocuments } from './documents';
import { findTemporalio } from './python-temporalio';
import { queryWithTemporalCli, temporal } from './temporal-cli';

const DOCUMENTS = 300;
const CLIENT = join(__dirname, '..', '..', '..', 'examples', 'clients', 'start_job.py');

let deployment: Deployment;
let folder: string;

beforeAll(async () => {
  // Slow enough that a pause finds EMBEDDING at work.
  deployment = await createDeployment({ latencyMs: 300 });
  folder = createTestFolder();
  writeDocuments(folder, DOCUMENTS);
  await deployment.startWorker();
});

afterAll(() => deployment?.close());

test("a plain start by Temporal's command line is a whole job, which takes its signals and answers its queries", async () => {
  const input = { collection: 'plain', source: { kind: 'folder', path: folder }, options: { embedding: EMBEDDING } };
  const start = await temporal(deployment, ['workflow', 'start', '--type', 'ingestionWorkflow', '--task-queue', 'sluice', '--workflow-id', 'plain-1', '--input', JSON.stringify(input)]);
  expect(start).toMatchObject({ code: 0 });
  const watch = startCli(['watch', 'plain-1'], { env: deployment.env });

  await signal('pause', { phase: 'EMBEDDING' });
  await expectPhase('plain-1', 'EMBEDDING', { status: 'PAUSED', waitReason: 'PAUSED', inFlight: 0 });
  expect(await queryWithTemporalCli<JobStatusResponse>(deployment, 'plain-1', 'jobStatus')).toMatchObject({ status: 'RUNNING', readFrom: 'workflow' });
  // The others go on to where they need it.
  await expectPhase('plain-1', 'CHUNKING', { status: 'COMPLETED', itemsProcessed: DOCUMENTS });
  await signal('resume', { phase: 'EMBEDDING' });

  // `watch` and `temporal workflow result` wait for the same end.
  const result = await temporal(deployment, ['workflow', 'result', '--workflow-id', 'plain-1', '--output', 'json']);
  expect(result).toMatchObject({ code: 0 });
  const job = (JSON.parse(result.stdout) as { result: JobStatusResponse }).result;
  expect(await watch.exit).toEqual({ code: 0, signal: null });
  expect(watch.stdout).toMatch(/^EMBEDDING PAUSED /m);
  expect(watch.stdout).toMatch(/^job COMPLETED 100%$/m);
  await expectShownEverywhere('plain-1', 'plain', job);
}, 120_000);

test('the Python client starts a job, pauses and resumes it, queries it, and exits by its end', async () => {
  // The client names no embedding: it is the collection's, which its first job has fixed.
  const env = { ...deployment.env, PYTHONPATH: await findTemporalio(), PYTHONDONTWRITEBYTECODE: '1' };
  const first = await startCli(['ingest', join(folder, 'part-000', 'document-00000.md'), '--collection', 'python', '--embedding-provider', 'openai', '--embedding-model', EMBEDDING.model, '--embedding-dimensions', String(EMBEDDING.dimensions)], { env: deployment.env }).exit;
  expect(first).toMatchObject({ code: 0 });

  const client = startProcess('python3', [CLIENT, folder, '--collection', 'python', '--job-id', 'python-1', '--pause', 'EMBEDDING', '--chunk-tokens', '128'], { env });
  const { code } = await client.exit;
  expect({ code, stderr: client.stderr }).toEqual({ code: 0, stderr: '' });
  expect(client.stdout).toMatch(/^Started python-1$/m);
  expect(client.stdout).toMatch(/After the pause:\n.*\n.*\n {2}EMBEDDING +PAUSED .*\(PAUSED\)\n/);
  expect(client.stdout).toMatch(/After the resume:\n.*\n.*\n {2}EMBEDDING +RUNNING /);
  expect(client.stdout).toMatch(/python-1 is COMPLETED:\n( {2}[A-Z]+ +COMPLETED +100 % {2}300 of 300 documents\n){4}/);
  await expectShownEverywhere('python-1', 'python', await queryWithTemporalCli<JobStatusResponse>(deployment, 'python-1', 'jobStatus'));

  const missing = startProcess('python3', [CLIENT, join(folder, 'missing'), '--collection', 'python', '--job-id', 'python-2'], { env });
  expect(await missing.exit).toMatchObject({ code: 1 });
  expect(missing.stderr).toMatch(/^SOURCE_NOT_FOUND: /);
  expect(missing.stdout).toMatch(/python-2 is FAILED:\n {2}LOADING +FAILED /);
}, 180_000);

async function signal(name: 'pause' | 'resume', argument: unknown): Promise<void> {
  expect(await temporal(deployment, ['workflow', 'signal', '--workflow-id', 'plain-1', '--name', name, '--input', JSON.stringify(argument)])).toMatchObject({ code: 0 });
}

async function expectPhase(jobId: string, phase: string, expected: Partial<PhaseStatusView>): Promise<void> {
  await expectEventually(async () => {
    const phases = await queryWithTemporalCli<PhaseStatusView[]>(deployment, jobId, 'phaseStatus');
    expect(phases.map((view) => view.phase)).toEqual(JOB_PHASES);
    expect(phases.find((view) => view.phase === phase)).toMatchObject(expected);
  }, { timeoutMs: 30_000 });
}

/** The end that Temporal tells of is the one that the command line and SQL show. */
async function expectShownEverywhere(jobId: string, collection: string, job: JobStatusResponse): Promise<void> {
  expect(job).toMatchObject({ jobId, collection, status: 'COMPLETED', progress: 100, currentPhase: null, documents: { total: DOCUMENTS, failed: 0 }, error: null });
  expect(job.documents.succeeded + job.documents.skipped).toBe(DOCUMENTS);
  const same = { ...job, readFrom: expect.any(String) as string, asOf: expect.any(String) as string };
  expect(await sluice(['status', jobId])).toEqual(same);
  expect(await sluice(['watch', jobId])).toEqual(same);
  const { jobs } = (await sluice(['jobs', '--collection', collection])) as { jobs: JobStatusResponse[] };
  expect(jobs.find((listed) => listed.jobId === jobId)).toEqual(same);

  const row = await deployment.db.selectFrom('ingestion_jobs').select(['collection', 'status', 'error', 'version', 'chunks']).where('id', '=', jobId).executeTakeFirstOrThrow();
  expect(row).toMatchObject({ collection, status: 'COMPLETED', error: null });
  expect([Number(row.version), row.chunks]).toEqual([job.version, job.chunks]);
  const phases = await deployment.db.selectFrom('ingestion_phase_status').select(['phase', 'status', 'progress', 'items_processed', 'items_total', 'items_failed']).where('job_id', '=', jobId).orderBy('phase').execute();
  expect(phases).toEqual(JOB_PHASES.map((phase) => ({ phase, status: 'COMPLETED', progress: 100, items_processed: DOCUMENTS, items_total: DOCUMENTS, items_failed: 0 })));
  const { rows } = await sql<{ documents: string; sources: string[] }>`
    select count(distinct document_uri) as documents, array_agg(distinct source) as sources from sluice.search_chunks
    where collection = ${collection} and source = ${`folder:${folder}`}`.execute(deployment.db);
  expect(rows).toEqual([{ documents: DOCUMENTS, sources: [`folder:${folder}`] }]);
}

async function sluice(args: string[]): Promise<unknown> {
  const cli = startCli([...args, '--json'], { env: deployment.env });
  expect(await cli.exit).toMatchObject({ code: 0 });
  return JSON.parse(cli.stdout);
}
