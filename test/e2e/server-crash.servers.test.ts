import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { acquireServers, stopServers, type Servers } from '../../src/embedded/servers';
import { expectEventually } from '../harness/expect-eventually';
import { createTestFolder } from '../harness/test-folder';
import { createDeployment, EMBEDDING, type Deployment } from './deployment';
import { writeDocuments } from './documents';
import { undisturbedRun, type Reference } from './undisturbed-run';

const DOCUMENTS = 400;
/** Requests of one worker that can be under way when an answer can't be stored, and texts in each. */
const MOST_REPEATED = 4 * 256;

let folder: string;
let reference: Reference;
let stateDir: string;
let servers: Servers;
let deployment: Deployment | undefined;

beforeAll(async () => {
  folder = createTestFolder();
  writeDocuments(folder, DOCUMENTS);
  reference = await undisturbedRun(folder);
}, 120_000);

beforeEach(async () => {
  stateDir = createTestFolder();
  servers = await acquire();
  deployment = await createDeployment({ latencyMs: 150, databaseUrl: servers.databaseUrl, temporalAddress: servers.temporalAddress });
}, 60_000);

afterEach(async () => {
  await deployment?.close();
  await servers.release();
  await stopServers(stateDir, () => undefined);
});

test.each([
  ['Postgres', () => pidIn('postmaster.pid')],
  ['Temporal', () => pidIn('temporal.pid')],
])('kill -9 of %s in the middle of a job: the worker lives, and when the server is back the job completes', async (_name, findPid) => {
  const { service, startWorker, waitForEnd, publishedChunks, provider } = deployment!;
  const worker = await startWorker();
  const { jobId } = await service.start({ collection: 'hurt', source: { kind: 'folder', path: folder }, options: { embedding: EMBEDDING, batchDocuments: 20 } });
  await expectEventually(async () => expect((await service.status(jobId)).documents.succeeded).toBeGreaterThan(0));
  process.kill(findPid(), 'SIGKILL');
  // Long enough for the worker to notice, in all that it does.
  await expectEventually(async () => expect(await service.status(jobId).catch((error: { code?: string }) => error)).toMatchObject({ readFrom: expect.anything() as unknown }), { timeoutMs: 20_000 });
  const again = await acquire();
  try {
    const job = await waitForEnd(jobId);
    expect(job).toMatchObject({ status: 'COMPLETED', documents: { total: DOCUMENTS, succeeded: DOCUMENTS, failed: 0 }, chunks: reference.chunks.length });
    expect(await publishedChunks('hurt')).toEqual(reference.chunks.map((chunk) => ({ ...(chunk as object), collection: 'hurt' })));
    expect((await provider.stats()).repeatedTexts).toBeLessThanOrEqual(MOST_REPEATED);
    worker.kill('SIGTERM');
    expect(await worker.exit).toMatchObject({ code: 0 });
  } finally {
    await again.release();
  }
}, 180_000);

function acquire(): Promise<Servers> {
  return acquireServers({ stateDir, say: () => undefined, mayStart: true });
}

/** The first number in a file of that name, wherever the servers' folder has it. */
function pidIn(name: string): number {
  const root = realpathSync(join(stateDir, 'servers'));
  const file = readdirSync(root, { recursive: true, encoding: 'utf8' }).find((path) => path.endsWith(name));
  if (file === undefined) throw new Error(`There is no ${name} in ${readdirSync(root).join(', ')}`);
  return Number(/\d+/.exec(readFileSync(join(root, file), 'utf8'))![0]);
}
