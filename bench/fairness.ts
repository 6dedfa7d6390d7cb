/**
 * How much longer a small job takes when many large ones are at work: `npm run bench:fairness -- [--jobs 50] [--documents 1000] [--small-documents 20] [--latency-ms 300]`.
 * Two workers on embedded servers, all jobs at one provider; the small jobs come, one after another, when each large one has loaded its first batch. The ratio should be below 3.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { connect } from '../src/db/connect';
import { migrateToLatest } from '../src/db/migrate';
import type { JobStatusResponse } from '../src/domain/job-view';
import { acquireServers } from '../src/embedded/servers';
import { createParserPool } from '../src/parsing/child-process-pool';
import { createIngestionService } from '../src/service/create-ingestion-service';
import { createSourceReaders } from '../src/sources/source-readers';
import { connectClient } from '../src/temporal/connect-client';
import { makeBenchFolder } from './bench-folder';
import { writeBenchDocuments } from './documents';

const DIST = join(__dirname, '..');
const DIMENSIONS = 256;
const RUNS_ALONE = 3;
const RUNS_BESIDE = 5;
const POLL_MS = 50;
/** Before each small job: the large ones get fully to work again, and their pace without one is measured. */
const PAUSE_MS = 3_000;

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { jobs: { type: 'string', default: '50' }, documents: { type: 'string', default: '1000' }, 'small-documents': { type: 'string', default: '20' }, 'latency-ms': { type: 'string', default: '300' } } });
  const [jobs, documents, smallDocuments] = [values.jobs, values.documents, values['small-documents']].map(Number) as [number, number, number];
  const work = makeBenchFolder();
  const folderOf = (name: string, count: number, first: number) => {
    writeBenchDocuments(join(work, name), count, first);
    return join(work, name);
  };
  const smallOnes = Array.from({ length: RUNS_ALONE + RUNS_BESIDE }, (_, index) => folderOf(`small-${index}`, smallDocuments, index * smallDocuments));
  const largeOnes = Array.from({ length: jobs }, (_, index) => folderOf(`large-${index}`, documents, 1_000_000 + index * documents));
  const servers = await acquireServers({ stateDir: join(work, '.sluice'), say: () => undefined, mayStart: true });
  const children: ChildProcess[] = [];
  try {
    await migrateToLatest(servers.databaseUrl);
    const run = async (args: readonly string[], env: NodeJS.ProcessEnv = {}) => {
      const child = spawn(process.execPath, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
      children.push(child);
      child.stderr.resume();
      const [line] = (await Promise.race([once(child.stdout, 'data'), once(child.stderr, 'data')])) as [Buffer];
      return line.toString();
    };
    const provider = await run([join(DIST, 'test/embedding/embeddings-server.js'), '--port', '0', '--latency-ms', values['latency-ms'], '--dimensions', String(DIMENSIONS)]);
    const env = { DATABASE_URL: servers.databaseUrl, TEMPORAL_ADDRESS: servers.temporalAddress, OPENAI_BASE_URL: /http:\S+/.exec(provider)![0], OPENAI_API_KEY: 'bench' };
    for (let worker = 0; worker < 2; worker++) await run([join(DIST, 'src/cli/main.js'), 'worker'], env);

    const client = await connectClient({ address: servers.temporalAddress }, 'default');
    const db = connect(servers.databaseUrl);
    const service = createIngestionService({ client, db, readers: createSourceReaders({ parsers: createParserPool() }), models: undefined as never });
    const start = (collection: string, path: string) =>
      service.start({ collection, source: { kind: 'folder', path }, options: { embedding: { provider: 'openai', model: 'bench', dimensions: DIMENSIONS } } });
    const secondsOf = async (collection: string, path: string) => {
      const started = performance.now();
      const { jobId } = await start(collection, path);
      let job: JobStatusResponse;
      while ((job = await service.status(jobId)).finishedAt === null) await sleep(POLL_MS);
      if (job.status !== 'COMPLETED') throw new Error(JSON.stringify(job));
      const after = (time: string | null) => ((Date.parse(time ?? job.createdAt) - Date.parse(job.createdAt)) / 1_000).toFixed(1);
      console.log(`${collection}: seconds after its start ${job.phases.map(({ phase, startedAt, completedAt }) => `${phase} ${after(startedAt)} to ${after(completedAt)}`).join(', ')}`);
      return (performance.now() - started) / 1_000;
    };

    const alone: number[] = [];
    for (let index = 0; index < RUNS_ALONE; index++) alone.push(await secondsOf(`alone-${index}`, smallOnes[index]!));
    for (const [index, path] of largeOnes.entries()) await start(`large-${index}`, path);
    const countRunning = async () =>
      (await db.selectFrom('ingestion_jobs').select('id').where('collection', 'like', 'large-%').where('status', '=', 'RUNNING').execute()).length;
    // Every one is well under way: a job is small beside what the others have had.
    const begun = db.selectFrom('ingestion_phase_status').select('job_id').where('phase', '=', 'LOADING').where('items_processed', '>', 0);
    while ((await begun.execute()).length < jobs + RUNS_ALONE) await sleep(POLL_MS);
    const atWork = await countRunning();
    const beside: number[] = [];
    const progress = async () => {
      const { steps } = await db.selectFrom('ingestion_phase_status').innerJoin('ingestion_jobs', 'id', 'job_id').where('collection', 'like', 'large-%').select((eb) => eb.fn.sum<number>('items_processed').as('steps')).executeTakeFirstOrThrow();
      return { steps: Number(steps), atMs: performance.now() };
    };
    const pace = { without: { steps: 0, ms: 0 }, beside: { steps: 0, ms: 0 } };
    const measured = async <T>(kind: keyof typeof pace, act: () => Promise<T>): Promise<T> => {
      const [from, result, to] = [await progress(), await act(), await progress()];
      pace[kind].steps += to.steps - from.steps;
      pace[kind].ms += to.atMs - from.atMs;
      return result;
    };
    for (let index = 0; index < RUNS_BESIDE; index++) {
      await measured('without', () => sleep(PAUSE_MS));
      beside.push(await measured('beside', () => secondsOf(`beside-${index}`, smallOnes[RUNS_ALONE + index]!)));
    }
    const left = await countRunning();
    const list = (seconds: readonly number[]) => seconds.map((value) => value.toFixed(1)).join(', ');
    console.log(`A job of ${smallDocuments} documents: alone ${list(alone)} s; beside ${jobs} jobs of ${documents} documents (${atWork} at work before, ${left} after) ${list(beside)} s: ratio of the medians ${(median(beside) / median(alone)).toFixed(2)}`);
    const [before, meanwhile] = [pace.without, pace.beside].map(({ steps, ms }) => (1_000 * steps) / ms) as [number, number];
    console.log(`The large jobs took ${before.toFixed(0)} documents a second through a phase, and ${meanwhile.toFixed(0)} while a small one was at work: ${(meanwhile / before).toFixed(2)} times`);
    await Promise.all([client.connection.close(), db.destroy()]);
  } finally {
    for (const child of children) child.kill('SIGKILL');
    await servers.release();
    rmSync(work, { recursive: true, force: true });
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
