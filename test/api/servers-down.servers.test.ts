import path from 'node:path';
import { createDeployment, EMBEDDING, type Deployment } from '../e2e/deployment';
import { writeDocuments } from '../e2e/documents';
import { expectEventually } from '../harness/expect-eventually';
import { openTcpGate, type TcpGate } from '../harness/tcp-gate';
import { createTestFolder } from '../harness/test-folder';
import { startApiProcess, type Answer, type ApiProcess } from './api-process';

/** Each answer comes within 3 s; a busy machine is given more, and still less than any server's own patience. */
const PATIENCE_MS = 6_000;

let deployment: Deployment;
let folder: string;
let ended: string;
let running: string;

beforeAll(async () => {
  folder = createTestFolder();
  writeDocuments(path.join(folder, 'docs'), 6);
  deployment = await createDeployment();
  const worker = await deployment.startWorker();
  const input = (source: string) => ({ collection: 'known', source: { kind: 'folder' as const, path: source }, options: { embedding: EMBEDDING } });
  ended = (await deployment.service.start(input(path.join(folder, 'docs')))).jobId;
  await deployment.waitForEnd(ended);
  // No worker is left for it: it stays as it is.
  running = (await deployment.service.start(input(path.join(folder, 'docs', 'part-000')))).jobId;
  await deployment.service.pause(running);
  await expectEventually(async () => expect((await deployment.service.list({ status: 'RUNNING' })).jobs).toHaveLength(1));
  worker.kill('SIGTERM');
  await worker.exit;
});

afterAll(() => deployment.close());

interface Behind {
  api: ApiProcess;
  postgres: TcpGate;
  temporal: TcpGate;
}

const gates: TcpGate[] = [];

afterEach(async () => {
  await Promise.all(gates.splice(0).map((gate) => gate.close()));
});

/** An API whose servers are behind gates. It has used both already. */
async function startBehindGates(): Promise<Behind> {
  const database = new URL(deployment.env.DATABASE_URL!);
  const [temporalHost = '', temporalPort = ''] = deployment.env.TEMPORAL_ADDRESS!.split(':');
  const postgres = await openTcpGate(database.hostname, Number(database.port));
  const temporal = await openTcpGate(temporalHost, Number(temporalPort));
  gates.push(postgres, temporal);
  database.host = `127.0.0.1:${postgres.port}`;
  const env = { ...deployment.env, DATABASE_URL: database.href, TEMPORAL_ADDRESS: `127.0.0.1:${temporal.port}` };
  const api = await startApiProcess(env, folder);
  expect(await api.call('GET', '/readyz')).toMatchObject({ status: 200, body: { isReady: true } });
  return { api, postgres, temporal };
}

async function within<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => (timer = setTimeout(() => reject(new Error(`No answer within ${PATIENCE_MS} ms.`)), PATIENCE_MS)));
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
}

const start = { collection: 'new', source: { kind: 'folder', path: 'docs' } };

/** Every kind of request that needs a server. */
const requests = (): [method: string, address: string, body?: object][] => [
  ['GET', '/v1/jobs'],
  ['GET', `/v1/jobs/${ended}`],
  ['GET', `/v1/jobs/${running}`],
  ['GET', `/v1/jobs/${ended}/documents`],
  ['GET', `/v1/jobs/${ended}/ignored`],
  ['GET', `/v1/jobs/${ended}/history`],
  ['GET', `/v1/jobs/${ended}/events`],
  ['POST', '/v1/jobs', start],
  ['POST', `/v1/jobs/${running}/pause`, {}],
  ['POST', `/v1/jobs/${running}/resume`, {}],
  ['POST', `/v1/jobs/${running}/cancel`, {}],
  ['POST', `/v1/jobs/${ended}/retry`, {}],
  ['GET', '/v1/collections'],
  ['POST', '/v1/collections', { name: 'new', embedding: EMBEDDING }],
  ['GET', '/v1/collections/known'],
  ['DELETE', '/v1/collections/known'],
  ['GET', '/v1/collections/known/sources'],
  ['DELETE', '/v1/collections/known/sources?locator=folder:/none'],
  ['POST', '/v1/collections/known/search', { query: 'document' }],
  ['GET', '/v1/collections/known/documents?uri=none'],
];

async function upload({ api }: Behind): Promise<{ status: number; body: unknown }> {
  const form = new FormData();
  form.append('files', new Blob(['text']), 'a.txt');
  const response = await fetch(`${api.url}/v1/collections/new/documents`, { method: 'POST', body: form });
  return { status: response.status, body: await response.json() };
}

test.each(['closed', 'silent'] as const)('with both servers %s every endpoint says so in time', async (how) => {
  const behind = await startBehindGates();
  if (how === 'closed') await Promise.all([behind.postgres.close(), behind.temporal.close()]);
  else for (const gate of [behind.postgres, behind.temporal]) gate.set('silent');
  expect(await within(behind.api.call('GET', '/healthz'))).toMatchObject({ status: 200 });
  const readiness = { answers: false, why: expect.stringMatching(/\w/) };
  expect(await within(behind.api.call('GET', '/readyz'))).toMatchObject({ status: 503, body: { isReady: false, database: readiness, temporal: readiness } });
  // At once, as from many clients: each waits for as long as a server is given.
  await Promise.all(
    requests().map(async ([method, address, body]) => {
      const { status, body: answer, headers } = await within(behind.api.call(method, address, { body }));
      expect({ method, address, status, code: answer.code }).toEqual({ method, address, status: 503, code: 'SERVER_UNREACHABLE' });
      expect(headers.get('retry-after')).not.toBeNull();
    }),
  );
  expect(await within(upload(behind))).toMatchObject({ status: 503, body: { code: 'SERVER_UNREACHABLE' } });
});

test.each(['closed', 'silent'] as const)('with Temporal %s what the database knows is told, and how old it is', async (how) => {
  const behind = await startBehindGates();
  if (how === 'closed') await behind.temporal.close();
  else behind.temporal.set('silent');
  const { api } = behind;
  const expectAnswer = async (call: Promise<Answer>, answer: object) => expect(await within(call)).toMatchObject(answer);
  await Promise.all([
    expectAnswer(api.call('GET', '/readyz'), { status: 503, body: { database: { answers: true }, temporal: { answers: false } } }),
    expectAnswer(api.call('GET', `/v1/jobs/${running}`), { status: 200, body: { status: 'RUNNING', readFrom: 'mirror', asOf: expect.stringMatching(/^\d{4}-/) } }),
    expectAnswer(api.call('GET', `/v1/jobs/${ended}`), { status: 200, body: { status: 'COMPLETED' } }),
    expectAnswer(api.call('GET', '/v1/jobs'), { status: 200, body: { jobs: [{ jobId: running }, { jobId: ended }] } }),
    expectAnswer(api.call('GET', '/v1/collections/known'), { status: 200, body: { documents: 6 } }),
    expectAnswer(api.call('POST', '/v1/collections/known/search', { body: { query: 'document' } }), { status: 200 }),
  ]);
  const steer = (action: string) => within(api.call('POST', `/v1/jobs/${running}/${action}`, { body: {} }));
  for (const answer of await Promise.all(['pause', 'resume', 'cancel'].map(steer))) expect(answer).toMatchObject({ status: 503, body: { code: 'SERVER_UNREACHABLE' } });
  expect(await within(api.call('POST', '/v1/jobs', { body: start }))).toMatchObject({ status: 503 });
});

test.each(['closed', 'silent'] as const)('with Postgres %s the workflow tells of its job, and it is steered', async (how) => {
  const behind = await startBehindGates();
  if (how === 'closed') await behind.postgres.close();
  else behind.postgres.set('silent');
  const { api } = behind;
  expect(await within(api.call('GET', '/readyz'))).toMatchObject({ status: 503, body: { database: { answers: false }, temporal: { answers: true } } });
  expect(await within(api.call('GET', `/v1/jobs/${ended}`))).toMatchObject({ status: 200, body: { status: 'COMPLETED', readFrom: 'workflow' } });
  // No worker answers; Temporal takes the signal.
  expect(await within(api.call('POST', `/v1/jobs/${running}/pause`, { body: { phase: 'LOADING' } }))).toMatchObject({ status: 200, body: { confirmed: false } });
  expect(await within(api.call('POST', `/v1/jobs/${running}/resume`, { body: { phase: 'LOADING', maxTokens: 1_000_000 } }))).toMatchObject({ status: 200, body: { confirmed: false } });
  expect(await within(api.call('GET', '/v1/jobs'))).toMatchObject({ status: 503, body: { code: 'SERVER_UNREACHABLE' } });
});

test('without a worker a running job is told as the mirror has it, and why it does nothing', async () => {
  const { api } = await startBehindGates();
  expect(await within(api.call('GET', `/v1/jobs/${running}`))).toMatchObject({ status: 200, body: { status: 'RUNNING', readFrom: 'mirror' } });
});

test('what was away and is back is used again, without a restart', async () => {
  const { api, postgres, temporal } = await startBehindGates();
  for (const gate of [postgres, temporal]) gate.set('silent');
  expect(await within(api.call('GET', '/v1/jobs'))).toMatchObject({ status: 503 });
  for (const gate of [postgres, temporal]) {
    gate.cut();
    gate.set('open');
  }
  await expectEventually(async () => expect(await api.call('GET', '/readyz')).toMatchObject({ status: 200 }));
  await expectEventually(async () => expect(await api.call('GET', '/v1/jobs')).toMatchObject({ status: 200 }));
});
