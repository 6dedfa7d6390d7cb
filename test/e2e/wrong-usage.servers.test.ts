/**
 * What a user gets wrong, as real processes: each is told what happened, why, and what to do next, exits by its code, and never hangs.
 * With --json the error is alone on standard output.
 */
import { mkdirSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import type { JobStatusResponse } from '../../src/domain/job-view';
import { expectEventually } from '../harness/expect-eventually';
import { startCli } from '../harness/start-process';
import { createTestFolder } from '../harness/test-folder';
import { createDeployment, EMBEDDING, type Deployment } from './deployment';
import { writeDocuments } from './documents';

const LIMIT_MS = 30_000;
const UNREACHABLE_HINT = /sluice up.*DATABASE_URL.*TEMPORAL_ADDRESS/;
const OPENAI = ['--embedding-provider', 'openai', '--embedding-model', EMBEDDING.model, '--embedding-dimensions', String(EMBEDDING.dimensions)];

let deployment: Deployment;
/** Where the command is called: holds docs/ and empty/. */
let cwd: string;

beforeAll(async () => {
  deployment = await createDeployment();
  cwd = createTestFolder();
  mkdirSync(join(cwd, 'docs'));
  mkdirSync(join(cwd, 'empty'));
  writeDocuments(join(cwd, 'docs'), 5);
  await deployment.startWorker();
  for (const args of [['--job-id', 'ended'], ['--job-id', 'again']]) expect(await sluice(['ingest', 'docs', '--collection', 'made', ...args])).toMatchObject({ code: 0 });
});

afterAll(() => deployment?.close());

interface Run {
  code: number | null;
  stdout: string;
  stderr: string;
}

async function sluice(args: readonly string[], env: Record<string, string | undefined> = {}): Promise<Run> {
  const cli = startCli(args, { cwd, env: { ...deployment.env, ...env } });
  const late = setTimeout(() => cli.kill('SIGKILL'), LIMIT_MS);
  const { code, signal } = await cli.exit;
  clearTimeout(late);
  expect(signal).toBeNull();
  // Neither a stack trace nor a secret.
  expect(cli.stdout + cli.stderr).not.toMatch(/^\s+at .*[:(]|hunter2|sk-test/m);
  return { code, stdout: cli.stdout, stderr: cli.stderr };
}

interface Refusal {
  exitCode: number;
  code: string;
  message: RegExp;
  hint: RegExp;
}

/** The call itself is refused: once as people see it, once as programs do. */
async function expectRefused(args: readonly string[], { exitCode, code, message, hint }: Refusal, env?: Record<string, string | undefined>): Promise<void> {
  const [forPeople, forPrograms] = await Promise.all([sluice(args, env), sluice([...args, '--json'], env)]);
  expect(forPeople).toMatchObject({ code: exitCode, stdout: '' });
  const [first = '', ...rest] = forPeople.stderr.trimEnd().split('\n');
  expect(first).toMatch(new RegExp(`^${code}: `));
  expect(first).toMatch(message);
  expect(rest.join('\n')).toMatch(hint);

  expect(forPrograms.code).toBe(exitCode);
  const answer = JSON.parse(forPrograms.stdout) as { error: { message: string } };
  expect(answer).toEqual({ error: { code, message: expect.stringMatching(message), hint: expect.stringMatching(hint) } });
}

/** The job is refused, or fails: --json answers with the job, whose error it is. */
async function expectFailedJob(args: readonly string[], { exitCode, code, message, hint }: Refusal, env?: Record<string, string | undefined>): Promise<void> {
  const forPeople = await sluice(args, env);
  expect(forPeople.code).toBe(exitCode);
  const told = forPeople.stdout.slice(forPeople.stdout.indexOf('Failed: '));
  expect(told).toMatch(new RegExp(`^ *${code} in [A-Z]+: `, 'm'));
  expect(told).toMatch(message);
  expect(told).toMatch(hint);

  const forPrograms = await sluice([...args, '--json'], env);
  expect(forPrograms.code).toBe(exitCode);
  const job = JSON.parse(forPrograms.stdout) as JobStatusResponse;
  expect(job).toMatchObject({ status: 'FAILED', error: { code, message: expect.stringMatching(message) as string } });
}

describe('the command line', () => {
  test.each<[string[], string, RegExp, RegExp]>([
    [['ingset', 'docs'], 'INVALID_INPUT', /Unknown command 'ingset'\. Did you mean ingest\?/, /^See: sluice --help$/],
    [['ingest', 'docs', '--collction', 'made'], 'INVALID_INPUT', /Unknown option '--collction'\. Did you mean --collection\?/, /^See: sluice ingest --help$/],
    [['ingest', 'docs'], 'INVALID_INPUT', /--collection is missing/, /^For example: sluice ingest "docs" --collection docs$/],
    [['ingest', 'docs', '--collection', 'made', '--chunk-tokens', 'many'], 'INVALID_INPUT', /--chunk-tokens must be a whole number/, /^Correct the named/],
    [['ingest', 'docs', '--collection', 'made', '--job-id', 'ended'], 'JOB_EXISTS', /job with the id ended/, /Choose another job id/],
    [['search', 'tide', '--collection', 'none'], 'COLLECTION_NOT_FOUND', /no collection "none"/, /sluice collections/],
    [['show', 'none.md', '--collection', 'made'], 'DOCUMENT_NOT_FOUND', /has no document none\.md/, /sluice search/],
  ])('%j', async (args, code, message, hint) => {
    await expectRefused(args, { exitCode: 2, code, message, hint });
  }, 2 * LIMIT_MS);

  test.each(['status', 'watch', 'pause', 'resume', 'cancel', 'retry', 'failures'])('%s of a job that there is not', async (command) => {
    await expectRefused([command, 'nowhere'], { exitCode: 2, code: 'JOB_NOT_FOUND', message: /no job nowhere/, hint: /sluice jobs/ });
  }, 2 * LIMIT_MS);

  test.each([['pause'], ['pause', '--phase', 'EMBEDDING'], ['resume'], ['resume', '--phase', 'EMBEDDING'], ['cancel']])('%j of a job that has ended', async (command, ...flags) => {
    await expectRefused([command, 'ended', ...flags], { exitCode: 2, code: 'JOB_FINISHED', message: /ended has ended/, hint: /sluice retry/ });
    expect(JSON.parse((await sluice(['status', 'ended', '--json'])).stdout)).toMatchObject({ status: 'COMPLETED' });
  }, 2 * LIMIT_MS);

  test('status, watch and failures of a job that has ended are answered', async () => {
    const [forPrograms, ...forPeople] = await Promise.all([['failures', 'ended', '--json'], ['status', 'ended'], ['watch', 'ended'], ['failures', 'ended']].map((args) => sluice(args)));
    for (const run of forPeople) expect(run).toMatchObject({ code: 0 });
    expect(JSON.parse(forPrograms!.stdout)).toEqual({ documents: [], nextCursor: null });
  }, 2 * LIMIT_MS);
});

describe('the source', () => {
  test('a missing folder', async () => {
    await expectFailedJob(['ingest', 'missing', '--collection', 'made'], { exitCode: 2, code: 'SOURCE_NOT_FOUND', message: /missing/, hint: /Check the path/ });
  }, 2 * LIMIT_MS);

  test('a missing folder, before any server is started', async () => {
    const none = { DATABASE_URL: undefined, TEMPORAL_ADDRESS: undefined, TEMPORAL_NAMESPACE: undefined };
    await expectRefused(['ingest', 'missing', '--collection', 'made'], { exitCode: 2, code: 'SOURCE_NOT_FOUND', message: /There is nothing at .*missing\./, hint: /Check the path/ }, none);
  }, 2 * LIMIT_MS);

  test('an empty folder', async () => {
    await expectFailedJob(['ingest', 'empty', '--collection', 'made'], { exitCode: 2, code: 'NO_DOCUMENTS', message: /holds no document that Sluice reads/, hint: /path and the include and exclude patterns/ });
  }, 2 * LIMIT_MS);
});

describe('the embedding', () => {
  test('another model than the collection has', async () => {
    await expectFailedJob(['ingest', 'docs', '--collection', 'made', ...OPENAI], {
      exitCode: 2,
      code: 'COLLECTION_MISMATCH',
      message: /"made" is embedded with static static-en-256 \(256 dimensions\), this job asks for openai test-embedding \(64 dimensions\)/,
      hint: /another collection for the other model, or delete/,
    });
  }, 2 * LIMIT_MS);

  test('a wrong key', async () => {
    await deployment.provider.control({ key: 'sk-another' });
    await expectFailedJob(['ingest', 'docs', '--collection', 'wrong-key', ...OPENAI], { exitCode: 2, code: 'PROVIDER_AUTH', message: /refuses the key in OPENAI_API_KEY/, hint: /Set OPENAI_API_KEY in the environment of the worker/ });
    await deployment.provider.control({ key: null });
  }, 2 * LIMIT_MS);

  test('no key', async () => {
    const keyless = await createDeployment();
    try {
      const env = { ...keyless.env, OPENAI_API_KEY: undefined };
      await startCli(['worker'], { env }).waitForLine(/Working on/);
      await expectFailedJob(['ingest', 'docs', '--collection', 'keyless', ...OPENAI], { exitCode: 2, code: 'PROVIDER_AUTH', message: /OPENAI_API_KEY is not set in the environment of the worker/, hint: /Set OPENAI_API_KEY/ }, env);
    } finally {
      await keyless.close();
    }
  }, 2 * LIMIT_MS);
});

describe('a server that', () => {
  /** Takes connections and says nothing. */
  let silent: Server;
  const sockets = new Set<Socket>();
  let silentPort: number;
  let closedPort: number;

  beforeAll(async () => {
    silent = createServer((socket) => void sockets.add(socket.on('error', () => undefined)));
    silentPort = await listen(silent);
    const closed = createServer();
    closedPort = await listen(closed);
    await new Promise((resolve) => closed.close(resolve));
  });

  afterAll(() => {
    for (const socket of sockets) socket.destroy();
    silent.close();
  });

  const port = (state: string) => (state === 'is not there' ? closedPort : silentPort);

  describe.each(['is not there', 'says nothing'])('%s', (state) => {
    test('Postgres', async () => {
      const env = { DATABASE_URL: `postgres://sluice:hunter2@127.0.0.1:${port(state)}/sluice` };
      const refusal = { exitCode: 4, code: 'SERVER_UNREACHABLE', message: /does not answer/, hint: UNREACHABLE_HINT };
      const calls = [['ingest', 'docs', '--collection', 'made'], ['jobs'], ['search', 'tide', '--collection', 'made'], ['worker'], ['migrate']];
      await Promise.all(calls.map((args) => expectRefused(args, refusal, env)));
    }, 2 * LIMIT_MS);

    test('Temporal', async () => {
      const env = { TEMPORAL_ADDRESS: `127.0.0.1:${port(state)}` };
      const refusal = { exitCode: 4, code: 'SERVER_UNREACHABLE', message: new RegExp(`Temporal does not answer at 127\\.0\\.0\\.1:${port(state)}`), hint: UNREACHABLE_HINT };
      const calls = [['ingest', 'docs', '--collection', 'made'], ['pause', 'ended'], ['cancel', 'ended'], ['worker']];
      await Promise.all(calls.map((args) => expectRefused(args, refusal, env)));
    }, 2 * LIMIT_MS);

    test('neither: status and jobs say so', async () => {
      const env = { DATABASE_URL: `postgres://sluice:hunter2@127.0.0.1:${port(state)}/sluice`, TEMPORAL_ADDRESS: `127.0.0.1:${port(state)}` };
      const refusal = { exitCode: 4, code: 'SERVER_UNREACHABLE', message: /Temporal|Postgres/, hint: UNREACHABLE_HINT };
      await Promise.all([['status', 'ended'], ['jobs']].map((args) => expectRefused(args, refusal, env)));
    }, 2 * LIMIT_MS);

    test('one of the two is enough for status', async () => {
      const [withoutTemporal, withoutPostgres] = await Promise.all([
        sluice(['status', 'ended', '--json'], { TEMPORAL_ADDRESS: `127.0.0.1:${port(state)}` }),
        sluice(['status', 'ended', '--json'], { DATABASE_URL: `postgres://sluice@127.0.0.1:${port(state)}/sluice` }),
      ]);
      expect({ ...withoutTemporal, stdout: JSON.parse(withoutTemporal.stdout) as unknown }).toMatchObject({ code: 0, stdout: { status: 'COMPLETED', readFrom: 'mirror' } });
      expect({ ...withoutPostgres, stdout: JSON.parse(withoutPostgres.stdout) as unknown }).toMatchObject({ code: 0, stdout: { status: 'COMPLETED', readFrom: 'workflow' } });
    }, 2 * LIMIT_MS);
  });

  test('has no such namespace', async () => {
    const refusal = { exitCode: 2, code: 'INVALID_INPUT', message: /Temporal has no namespace "nowhere"/, hint: /TEMPORAL_NAMESPACE/ };
    const calls = [['worker'], ['ingest', 'docs', '--collection', 'made'], ['cancel', 'ended']];
    await Promise.all(calls.map((args) => expectRefused(args, refusal, { TEMPORAL_NAMESPACE: 'nowhere' })));
  }, 2 * LIMIT_MS);

  test('none runs and none is configured', async () => {
    const none = { DATABASE_URL: undefined, TEMPORAL_ADDRESS: undefined, TEMPORAL_NAMESPACE: undefined };
    const refusal = { exitCode: 4, code: 'SERVER_UNREACHABLE', message: /No servers are configured and none run for/, hint: UNREACHABLE_HINT };
    const calls = [['jobs'], ['status', 'ended'], ['worker'], ['ingest', 'docs', '--collection', 'made', '--detach']];
    await Promise.all(calls.map((args) => expectRefused(args, refusal, none)));
  }, 2 * LIMIT_MS);
});

test('a second job on a source is attached with the same options, and refused with others by the name of the first', async () => {
  await deployment.provider.control({ always: { kind: 'status', status: 503 } });
  const args = ['ingest', 'docs', '--collection', 'busy', ...OPENAI];
  const first = startCli([...args, '--job-id', 'first', '--json'], { cwd, env: deployment.env });
  await expectEventually(async () => expect(await deployment.service.status('first')).toMatchObject({ status: 'RUNNING' }), { timeoutMs: LIMIT_MS });

  const attached = startCli([...args, '--json'], { cwd, env: deployment.env });
  await attached.waitForLine(/The job first is ingesting this already: attached to it\./);
  const refusal = { exitCode: 2, code: 'ALREADY_RUNNING', message: /Job first is ingesting folder .*docs into "busy"/, hint: /Wait for the running job, or cancel it/ };
  await Promise.all([['--chunk-tokens', '100'], ['--chunk-tokens', '100', '--detach'], ['--job-id', 'second']].map((further) => expectRefused([...args, ...further], refusal)));
  await expectRefused(['retry', 'first'], { exitCode: 2, code: 'JOB_NOT_FINISHED', message: /first is RUNNING/, hint: /Wait for the job to end/ });
  expect(await deployment.service.status('first')).toMatchObject({ status: 'RUNNING', error: null });

  await deployment.provider.control({ always: null });
  for (const ingest of [first, attached]) {
    expect(await ingest.exit).toEqual({ code: 0, signal: null });
    expect(JSON.parse(ingest.stdout)).toMatchObject({ jobId: 'first', status: 'COMPLETED' });
  }
}, 180_000);

function listen(server: Server): Promise<number> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)));
}
