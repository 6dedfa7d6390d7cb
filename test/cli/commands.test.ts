import path from 'node:path';
import { SluiceError } from '../../src/domain/errors';
import type { IngestionService } from '../../src/service/ingestion-service';
import { runCommand } from './run-command';
import { completedJob, failedJob, sampleJob } from './sample-job';

const noActive: Partial<IngestionService> = { findActive: async () => undefined };

describe('arguments', () => {
  test.each([
    [['frobnicate'], "Unknown command 'frobnicate'."],
    [['statsu', 'x'], "Unknown command 'statsu'. Did you mean status?"],
    [['status'], "Missing required argument 'job'."],
    [['status', 'a', 'b'], "Too many arguments for 'status'. Expected 1 argument but got 2."],
    [['ingest', '.', '--colection', 'c'], "Unknown option '--colection'. Did you mean --collection?"],
    [['pause', 'j', '--phase', 'EMBED'], "Option '--phase <phase>' argument 'EMBED' is invalid. The phases are LOADING, CHUNKING, EMBEDDING, INDEXING."],
    [['jobs', '--limit', '0'], "Option '--limit <n>' argument '0' is invalid. It must be a whole number from 1 to 1000."],
    [['ingest', '.'], 'Which collection should it go into? --collection is missing.'],
    [['search', 'x'], 'Which collection? --collection is missing.'],
    [['ingest', '.', '-c', 'c', '--chunk-tokens', '5'], '--chunk-tokens must be a whole number from 16 to 8192; it is 5.'],
    [['ingest', '.', '-c', 'My Docs'], 'collection must be 1 to 63 of a-z, 0-9, _ and -, and begin with a letter or digit.'],
    [['ingest', 'https://u:secret@example.org', '-c', 'c'], "A URL can't be ingested: there are sources of kind folder."],
    [['ingest', '.', '-c', 'c', '--job-id', 'a b'], 'The job id must be 1 to 200 of A-Z, a-z, 0-9, . _ : and -: "a b" is not.'],
  ])('%j exits 2 and says what to do', async (args, message) => {
    const forPeople = await runCommand(args);
    expect(forPeople).toMatchObject({ exitCode: 2, stdout: '' });
    expect(forPeople.stderr.split('\n')[0]).toBe(`INVALID_INPUT: ${message}`);
    const forPrograms = await runCommand([...args, '--json']);
    expect(JSON.parse(forPrograms.stdout)).toEqual({ error: { code: 'INVALID_INPUT', message, hint: expect.stringMatching(/\w/) } });
    expect(forPrograms).toMatchObject({ exitCode: 2, stderr: '' });
  });

  test('no argument, --help and --version are no errors', async () => {
    expect(await runCommand([])).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('ingest'), stderr: '' });
    expect(await runCommand(['ingest', '--help'])).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('--chunk-tokens <n>'), stderr: '' });
    expect(await runCommand(['--version'])).toMatchObject({ exitCode: 0, stdout: '1.2.3\n', stderr: '' });
  });
});

describe('errors', () => {
  const failing = (error: unknown) => ({ service: { status: () => Promise.reject(error) } });

  test('exit by their code, with what to do next and no stack trace', async () => {
    const run = await runCommand(['status', 'j'], failing(new SluiceError('JOB_NOT_FOUND', 'There is no job j.')));
    expect(run).toMatchObject({ exitCode: 2, stdout: '', stderr: 'JOB_NOT_FOUND: There is no job j.\nList the jobs with `sluice jobs`.\n', events: ['closed'] });
  });

  test.each([[['--debug'], {}], [[], { SLUICE_DEBUG: '1' }]])('show the stack trace when asked for: %j %j', async (flags, env) => {
    const error = new SluiceError('INTERNAL', 'Broken.', { cause: new Error('the reason') });
    expect((await runCommand(['status', 'j', ...flags], { ...failing(error), env })).stderr).toMatch(/at .*commands\.test[^]*caused by Error: the reason/);
  });

  test.each([
    [Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' }), 4, 'SERVER_UNREACHABLE'],
    [new AggregateError([Object.assign(new Error('connect ECONNREFUSED ::1'), { code: 'ECONNREFUSED' })]), 4, 'SERVER_UNREACHABLE'],
    [Object.assign(new Error('password authentication failed'), { code: '28P01' }), 2, 'INVALID_INPUT'],
    [Object.assign(new Error('relation "sluice.ingestion_jobs" does not exist'), { code: '42P01' }), 2, 'INVALID_INPUT'],
    [new TypeError('x is not a function'), 1, 'INTERNAL'],
  ])('from elsewhere get a code: %s', async (error, exitCode, code) => {
    const run = await runCommand(['status', 'j', '--json'], failing(error));
    expect(run.exitCode).toBe(exitCode);
    expect(JSON.parse(run.stdout)).toMatchObject({ error: { code } });
  });
});

describe('ingest', () => {
  test('starts a job on the resolved path with the options that were set, and watches it to its end', async () => {
    const start = jest.fn(async () => ({ jobId: 'ingest-1' }));
    const answers = [sampleJob(), completedJob()];
    const run = await runCommand(['ingest', 'docs', '-c', 'handbook', '--include', '*.md', '--include', '*.txt', '--verify', '--concurrency', 'embedding=2', '--json', '--job-id', 'mine'], {
      service: { ...noActive, start, status: async () => answers.shift() ?? completedJob() },
      env: { DATABASE_URL: 'postgres://h/d', TEMPORAL_ADDRESS: 'h:1', SLUICE_CHUNK_TOKENS: '64' },
    });
    expect(start).toHaveBeenCalledWith(
      {
        collection: 'handbook', source: { kind: 'folder', path: path.join(run.cwd, 'docs'), include: ['*.md', '*.txt'] },
        options: { verify: true, concurrency: { EMBEDDING: 2 }, chunkTokens: 64 },
      },
      { jobId: 'mine' },
    );
    expect(JSON.parse(run.stdout)).toEqual(completedJob());
    expect(run).toMatchObject({ exitCode: 0, opened: [{ mayStart: true }], events: ['closed'] });
  });

  test.each([[completedJob(), 0], [completedJob(2), 3], [failedJob(), 1]])('exits by the outcome', async (end, exitCode) => {
    const run = await runCommand(['ingest', '{cwd}', '-c', 'c'], { service: { ...noActive, start: async () => ({ jobId: 'ingest-1' }), status: async () => end } });
    expect(run.exitCode).toBe(exitCode);
    expect(run.stdout).toContain(`job ${end.status}`);
  });

  test('beside embedded servers brings its own worker, unless a lasting one is there', async () => {
    const service = { ...noActive, start: async () => ({ jobId: 'ingest-1' }), status: async () => completedJob() };
    const alone = await runCommand(['ingest', '{cwd}', '-c', 'c'], { service, session: { areConfigured: false } });
    expect(alone.events).toEqual(['worker', 'worker stopped', 'closed']);
    const besideUp = await runCommand(['ingest', '{cwd}', '-c', 'c'], { service, session: { areConfigured: false, hasLastingWorker: async () => true } });
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
    const run = await runCommand(['ingest', '{cwd}', '-c', 'c'], { service: { findActive: async () => ({ jobId: 'ingest-1', sameOptions: true }), status: async () => completedJob() } });
    expect(run).toMatchObject({ exitCode: 0, stderr: 'The job ingest-1 is ingesting this already: attached to it.\n' });
  });

  test.each([[{ jobId: 'other', sameOptions: false }, []], [{ jobId: 'other', sameOptions: true }, ['--job-id', 'mine']]])('with other options or another id is left to the service: %j', async (active, flags) => {
    const start = () => Promise.reject(new SluiceError('ALREADY_RUNNING', 'The job other ingests it.'));
    expect(await runCommand(['ingest', '{cwd}', '-c', 'c', ...flags], { service: { findActive: async () => active, start } })).toMatchObject({ exitCode: 2 });
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

describe('watch', () => {
  test('ends with the job, a line a change, and its outcome', async () => {
    const answers = [sampleJob(), sampleJob(), completedJob(1)];
    const run = await runCommand(['watch', 'ingest-1'], { service: { status: async () => answers.shift() ?? completedJob(1) } });
    expect(run.exitCode).toBe(3);
    expect(run.stdout.match(/^CHUNKING/gm)).toHaveLength(2);
    expect(run.stdout).toMatch(/Done in 3 min 20 s: 1,200 documents, 1,199 indexed, 1 failed, 3 ignored · 912 chunks\nSee why: sluice failures ingest-1/);
  });

  test('draws bars on a terminal and leaves the last', async () => {
    const run = await runCommand(['watch', 'ingest-1'], { service: { status: async () => completedJob() }, isTty: true, columns: 80, env: { NO_COLOR: '1' } });
    expect(run.stdout).toMatch(/INDEXING {2}█+ 100% {2}1,200\/1,200 {2}done\n100% · 1,200 documents · 912 chunks · 3 min 20 s\n/);
  });

  test('ends when its reader has gone', async () => {
    const run = await runCommand(['watch', 'ingest-1'], { service: { status: async () => sampleJob() }, whenListening: (interrupt) => setImmediate(() => interrupt('pipe')) });
    expect(run.exitCode).toBe(130);
  });

  test('outlives servers that are away for a moment, and not for long', async () => {
    let calls = 0;
    const away = new SluiceError('SERVER_UNREACHABLE', 'Nobody answers.');
    const run = await runCommand(['watch', 'ingest-1'], { service: { status: () => ((calls += 1) === 1 ? Promise.reject(away) : Promise.resolve(completedJob())) } });
    expect(run).toMatchObject({ exitCode: 0, stderr: 'The servers do not answer: trying again.\n' });
  });
});

describe('looks', () => {
  test('status exits 0 when it could tell, whatever it tells', async () => {
    const run = await runCommand(['status', 'ingest-1'], { service: { status: async () => failedJob() }, columns: 100 });
    expect(run.exitCode).toBe(0);
    expect(run.stdout).toContain('  MASS_REMOVAL in LOADING: 900 of 1,000 documents are gone.\n  If the documents are really gone');
    expect(JSON.parse((await runCommand(['status', 'ingest-1', '--json'], { service: { status: async () => failedJob() } })).stdout)).toEqual(failedJob());
  });

  test('jobs', async () => {
    const list = jest.fn(async () => ({ jobs: [sampleJob(), failedJob()], nextCursor: 'more' }));
    const run = await runCommand(['jobs', '--status', 'RUNNING', '-c', 'handbook', '--limit', '2', '--cursor', 'here'], { service: { list } });
    expect(list).toHaveBeenCalledWith({ status: 'RUNNING', collection: 'handbook', limit: 2, cursor: 'here' });
    expect(run.stdout).toMatch(/^JOB +COLLECTION +STATUS .*\ningest-1 {2}handbook {4}RUNNING {2}41% CHUNKING .*1,200 documents, 118 indexed/);
    expect(run.stdout).toMatch(/There are more: --cursor more\n$/);
    expect(JSON.parse((await runCommand(['jobs', '--json'], { service: { list } })).stdout)).toEqual({ jobs: [sampleJob(), failedJob()], nextCursor: 'more' });
  });

  test('failures, and what was ignored', async () => {
    const documents = jest.fn(async () => ({ documents: [{ uri: 'a\nb.pdf', outcome: 'FAILED' as const, phase: 'LOADING' as const, code: 'CORRUPT_DOCUMENT', message: 'Damaged.', attempts: 3 }], nextCursor: null }));
    const run = await runCommand(['failures', 'j'], { service: { documents } });
    expect(documents).toHaveBeenLastCalledWith('j', { outcome: 'FAILED', limit: 50, cursor: undefined });
    expect(run.stdout).toBe('a\\nb.pdf\n  CORRUPT_DOCUMENT in LOADING after 3 attempts: Damaged.\n');
    await runCommand(['failures', 'j', '--ignored', '--json'], { service: { documents } });
    expect(documents).toHaveBeenLastCalledWith('j', { ignored: true, limit: 50, cursor: undefined });
  });

  test('search', async () => {
    const result = {
      score: 1.234, arms: { lexical: 1, vector: 0.5 }, documentUri: 'a.md', source: 'folder:/data', ordinal: 0, text: `First line.\n\n${'word '.repeat(200)}`, headingPath: ['One', 'Two'], startOffset: 0, endOffset: 9, metadata: {},
    };
    const search = jest.fn(async () => [result]);
    const run = await runCommand(['search', 'a question', '-c', 'handbook', '--limit', '3'], { service: { search }, columns: 60 });
    expect(search).toHaveBeenCalledWith({ collection: 'handbook', query: 'a question', limit: 3 });
    expect(run.stdout.split('\n')[0]).toBe(' 1  a.md › One › Two  1.23');
    expect(run.stdout.split('\n')).toHaveLength(6);
    expect(JSON.parse((await runCommand(['search', 'q', '-c', 'c', '--json'], { service: { search } })).stdout)).toEqual({ results: [result] });
    expect((await runCommand(['search', 'q', '-c', 'c'], { service: { search: async () => [] } })).stdout).toBe('Nothing found.\n');
  });

  test('show and collections', async () => {
    const document = { uri: 'a.md', source: 's', title: null, text: '# A', metadata: {} };
    expect((await runCommand(['show', 'a.md', '-c', 'c'], { service: { show: async () => document } })).stdout).toBe('# A\n');
    const collection = { name: 'handbook', model: 'static-en-256', dimensions: 256, documents: 1_200, chunks: 9_999 };
    const service = { collections: async () => [collection] };
    expect((await runCommand(['collections'], { service })).stdout).toBe('COLLECTION  DOCUMENTS  CHUNKS  MODEL\nhandbook        1,200   9,999  static-en-256, 256 dimensions\n');
    expect(JSON.parse((await runCommand(['collections', '--json'], { service })).stdout)).toEqual({ collections: [collection] });
  });
});

describe('control', () => {
  test('pause and resume pass on the phase and the budget', async () => {
    const answer = async () => ({ confirmed: true, phases: sampleJob().phases });
    const [pause, resume] = [jest.fn(answer), jest.fn(answer)];
    const service = { pause, resume };
    expect((await runCommand(['pause', 'j', '--phase', 'embedding'], { service, columns: 80 })).stdout).toMatch(/^EMBEDDING .* paused$/m);
    await runCommand(['resume', 'j', '--max-tokens', '5000'], { service });
    await runCommand(['resume', 'j'], { service });
    expect(pause.mock.calls).toEqual([['j', 'EMBEDDING']]);
    expect(resume.mock.calls).toEqual([['j', undefined, { maxTokens: 5_000, maxCost: undefined }], ['j', undefined, undefined]]);
  });

  test('what no worker confirmed is said to be requested', async () => {
    const run = await runCommand(['pause', 'j'], { service: { pause: async () => ({ confirmed: false, phases: null }) } });
    expect(run).toMatchObject({ exitCode: 0, stdout: 'Requested: no worker answered in time, so it is applied when one is back.\n' });
  });

  test('cancel tells how to see the end', async () => {
    expect(await runCommand(['cancel', 'j'], { service: { cancel: async () => undefined } })).toMatchObject({ exitCode: 0, stdout: 'Cancelling j. See it end: sluice watch j\n' });
  });

  test('retry is watched like ingest', async () => {
    const retry = jest.fn(async () => ({ jobId: 'ingest-2' }));
    const run = await runCommand(['retry', 'ingest-1', '--failed-only'], { service: { retry, status: async () => completedJob() }, session: { areConfigured: false } });
    expect(retry).toHaveBeenCalledWith('ingest-1', { failedOnly: true });
    expect(run).toMatchObject({ exitCode: 0, events: ['worker', 'worker stopped', 'closed'] });
  });
});

describe('servers', () => {
  test('up prints the addresses, works until it is interrupted, and ends in order', async () => {
    const run = await runCommand(['up'], { whenListening: (interrupt) => setImmediate(() => interrupt('signal')) });
    expect(run).toMatchObject({ exitCode: 0, opened: [{ mayStart: true }], events: ['lasting worker', 'worker stopped', 'closed'] });
    expect(run.stdout).toMatch(/^DATABASE_URL=postgres:\/\/localhost\/sluice\nTEMPORAL_ADDRESS=127\.0\.0\.1:7233\n/);
  });

  test('worker starts no servers, and ends with an error when it breaks', async () => {
    const run = await runCommand(['worker'], { session: { startWorker: async () => ({ ended: Promise.reject(new Error('lost')), shutdown: async () => undefined }) } });
    expect(run).toMatchObject({ exitCode: 1, opened: [{ mayStart: false }], stderr: expect.stringContaining('INTERNAL: lost') });
  });
});
