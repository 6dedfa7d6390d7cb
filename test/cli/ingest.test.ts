import path from 'node:path';
import { SluiceError } from '../../src/domain/errors';
import type { IngestionService } from '../../src/service/ingestion-service';
import { runCommand } from './run-command';
import { completedJob, failedJob, sampleJob } from './sample-job';

const noActive: Partial<IngestionService> = { findActive: async () => undefined };

describe('ingest', () => {
  test('starts a job on the resolved path with the options that were set, and watches it to its end', async () => {
    const start = jest.fn(async () => ({ jobId: 'ingest-1' }));
    const answers = [sampleJob(), completedJob()];
    const run = await runCommand(
      [
        'ingest',
        'docs',
        '-c',
        'handbook',
        '--include',
        '*.md',
        '--include',
        '*.txt',
        '--verify',
        '--concurrency',
        'embedding=2',
        '--json',
        '--job-id',
        'mine',
      ],
      {
        service: { ...noActive, start, status: async () => answers.shift() ?? completedJob() },
        env: { DATABASE_URL: 'postgres://h/d', TEMPORAL_ADDRESS: 'h:1', SLUICE_CHUNK_TOKENS: '64' },
      },
    );
    expect(start).toHaveBeenCalledWith(
      {
        collection: 'handbook',
        source: { kind: 'folder', path: path.join(run.cwd, 'docs'), include: ['*.md', '*.txt'] },
        options: { verify: true, concurrency: { EMBEDDING: 2 }, chunkTokens: 64 },
      },
      { jobId: 'mine' },
    );
    expect(JSON.parse(run.stdout)).toEqual(completedJob());
    expect(run).toMatchObject({ exitCode: 0, opened: [{ mayStart: true }], events: ['closed'] });
  });

  test.each([
    [completedJob(), 0],
    [completedJob(2), 3],
    [failedJob(), 1],
  ])('exits by the outcome', async (end, exitCode) => {
    const run = await runCommand(['ingest', '{cwd}', '-c', 'c'], {
      service: { ...noActive, start: async () => ({ jobId: 'ingest-1' }), status: async () => end },
    });
    expect(run.exitCode).toBe(exitCode);
    expect(run.stdout).toContain(`job ${end.status}`);
  });

  test('beside embedded servers brings its own worker, unless a lasting one is there', async () => {
    const service = { ...noActive, start: async () => ({ jobId: 'ingest-1' }), status: async () => completedJob() };
    const alone = await runCommand(['ingest', '{cwd}', '-c', 'c'], { service, session: { areConfigured: false } });
    expect(alone.events).toEqual(['worker', 'worker stopped', 'closed']);
    const besideUp = await runCommand(['ingest', '{cwd}', '-c', 'c'], {
      service,
      session: { areConfigured: false, hasLastingWorker: async () => true },
    });
    expect(besideUp.events).toEqual(['closed']);
  });

  test('reports a worker that breaks', async () => {
    const run = await runCommand(['ingest', '{cwd}', '-c', 'c'], {
      service: { ...noActive, start: async () => ({ jobId: 'ingest-1' }), status: async () => sampleJob() },
      session: { areConfigured: false, startWorker: () => Promise.reject(new SluiceError('INTERNAL', 'The worker broke.')) },
    });
    expect(run).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('The worker broke.'), events: ['closed'] });
  });

  test('a path with nothing at it starts no servers', async () => {
    const run = await runCommand(['ingest', 'missing', '-c', 'c', '--json']);
    expect(run).toMatchObject({ exitCode: 2, opened: [] });
    expect(JSON.parse(run.stdout)).toMatchObject({ error: { code: 'SOURCE_NOT_FOUND' } });
  });

  test('attaches to the active job with the same options, and says so', async () => {
    const run = await runCommand(['ingest', '{cwd}', '-c', 'c'], {
      service: { findActive: async () => ({ jobId: 'ingest-1', sameOptions: true }), status: async () => completedJob() },
    });
    expect(run).toMatchObject({ exitCode: 0, stderr: 'The job ingest-1 is ingesting this already: attached to it.\n' });
  });

  test.each([
    [{ jobId: 'other', sameOptions: false }, []],
    [{ jobId: 'other', sameOptions: false }, ['--detach']],
    [{ jobId: 'other', sameOptions: true }, ['--job-id', 'mine']],
  ])('with other options or another id is refused beside an active job: %j %j', async (active, flags) => {
    const run = await runCommand(['ingest', '{cwd}', '-c', 'c', ...flags, '--json'], { service: { findActive: async () => active } });
    expect(run).toMatchObject({ exitCode: 2 });
    expect(JSON.parse(run.stdout)).toMatchObject({ error: { code: 'ALREADY_RUNNING', message: expect.stringContaining('Job other is ingesting') as string } });
  });

  test('--detach needs running servers and tells the id', async () => {
    const service = { ...noActive, start: async () => ({ jobId: 'ingest-1' }) };
    const run = await runCommand(['ingest', '{cwd}', '-c', 'c', '--detach', '--json'], { service, session: { areConfigured: false } });
    expect(run).toMatchObject({ exitCode: 0, stdout: '{"jobId":"ingest-1"}\n', opened: [{ mayStart: false }], events: ['closed'] });
  });

  test('Ctrl-C leaves the job and tells how to go on', async () => {
    const run = await runCommand(['ingest', '{cwd}', '-c', 'c'], {
      service: { ...noActive, start: async () => ({ jobId: 'ingest-1' }), status: async () => sampleJob() },
      session: { areConfigured: false },
      whenListening: (interrupt) => setImmediate(() => interrupt('signal')),
    });
    expect(run).toMatchObject({ exitCode: 130, events: ['worker', 'worker stopped', 'closed'] });
    expect(run.stderr).toMatch(/ingest-1 is left as it is, and goes on when a worker is back/);
  });
});
