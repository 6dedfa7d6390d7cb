import { runCommand } from './run-command';
import { completedJob, failedJob, sampleJob } from './sample-job';

describe('looks', () => {
  test('status exits 0 when it could tell, whatever it tells', async () => {
    const run = await runCommand(['status', 'ingest-1'], { service: { status: async () => failedJob() }, columns: 100 });
    expect(run.exitCode).toBe(0);
    expect(run.stdout).toContain('  MASS_REMOVAL in LOADING: 900 of 1,000 documents are gone.\n  If the documents are really gone');
    expect(
      JSON.parse((await runCommand(['status', 'ingest-1', '--json'], { service: { status: async () => failedJob() } })).stdout),
    ).toEqual(failedJob());
  });

  test('jobs', async () => {
    const list = jest.fn(async () => ({ jobs: [sampleJob(), failedJob()], nextCursor: 'more' }));
    const run = await runCommand(['jobs', '--status', 'RUNNING', '-c', 'handbook', '--limit', '2', '--cursor', 'here'], {
      service: { list },
    });
    expect(list).toHaveBeenCalledWith({ status: 'RUNNING', collection: 'handbook', limit: 2, cursor: 'here' });
    expect(run.stdout).toMatch(
      /^JOB +COLLECTION +STATUS .*\ningest-1 {2}handbook {4}RUNNING {2}41% CHUNKING .*1,200 documents, 118 indexed/,
    );
    expect(run.stdout).toMatch(/There are more: --cursor more\n$/);
    expect(JSON.parse((await runCommand(['jobs', '--json'], { service: { list } })).stdout)).toEqual({
      jobs: [sampleJob(), failedJob()],
      nextCursor: 'more',
    });
  });

  test('failures, and what was ignored', async () => {
    const documents = jest.fn(async () => ({
      documents: [
        {
          uri: 'a\nb.pdf',
          outcome: 'FAILED' as const,
          phase: 'LOADING' as const,
          code: 'CORRUPT_DOCUMENT',
          message: 'Damaged.',
          attempts: 3,
        },
      ],
      nextCursor: null,
    }));
    const run = await runCommand(['failures', 'j'], { service: { documents } });
    expect(documents).toHaveBeenLastCalledWith('j', { outcome: 'FAILED', limit: 50, cursor: undefined });
    expect(run.stdout).toBe('a\\nb.pdf\n  CORRUPT_DOCUMENT in LOADING after 3 attempts: Damaged.\n');
    await runCommand(['failures', 'j', '--ignored', '--json'], { service: { documents } });
    expect(documents).toHaveBeenLastCalledWith('j', { ignored: true, limit: 50, cursor: undefined });
  });

  test('search', async () => {
    const result = {
      score: 1.234,
      arms: { lexical: 1, vector: 0.5 },
      documentUri: 'a.md',
      source: 'folder:/data',
      ordinal: 0,
      text: `First line.\n\n${'word '.repeat(200)}`,
      headingPath: ['One', 'Two'],
      startOffset: 0,
      endOffset: 9,
      metadata: {},
    };
    const search = jest.fn(async () => [result]);
    const run = await runCommand(['search', 'a question', '-c', 'handbook', '--limit', '3'], { service: { search }, columns: 60 });
    expect(search).toHaveBeenCalledWith({ collection: 'handbook', query: 'a question', limit: 3 });
    expect(run.stdout.split('\n')[0]).toBe(' 1  a.md › One › Two  1.23');
    expect(run.stdout.split('\n')).toHaveLength(6);
    expect(JSON.parse((await runCommand(['search', 'q', '-c', 'c', '--json'], { service: { search } })).stdout)).toEqual({
      results: [result],
    });
    expect((await runCommand(['search', 'q', '-c', 'c'], { service: { search: async () => [] } })).stdout).toBe('Nothing found.\n');
  });

  test('show and collections', async () => {
    const document = { uri: 'a.md', source: 's', title: null, text: '# A', metadata: {} };
    expect((await runCommand(['show', 'a.md', '-c', 'c'], { service: { show: async () => document } })).stdout).toBe('# A\n');
    const collection = { name: 'handbook', model: 'static-en-256', dimensions: 256, documents: 1_200, chunks: 9_999 };
    const service = { collections: async () => [collection] };
    expect((await runCommand(['collections'], { service })).stdout).toBe(
      'COLLECTION  DOCUMENTS  CHUNKS  MODEL\nhandbook        1,200   9,999  static-en-256, 256 dimensions\n',
    );
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
    expect(resume.mock.calls).toEqual([
      ['j', undefined, { maxTokens: 5_000, maxCost: undefined }],
      ['j', undefined, undefined],
    ]);
  });

  test('what no worker confirmed is said to be requested', async () => {
    const run = await runCommand(['pause', 'j'], { service: { pause: async () => ({ confirmed: false, phases: null }) } });
    expect(run).toMatchObject({ exitCode: 0, stdout: 'Requested: no worker answered in time, so it is applied when one is back.\n' });
  });

  test('cancel tells how to see the end', async () => {
    expect(await runCommand(['cancel', 'j'], { service: { cancel: async () => undefined } })).toMatchObject({
      exitCode: 0,
      stdout: 'Cancelling j. See it end: sluice watch j\n',
    });
  });

  test('retry is watched like ingest', async () => {
    const retry = jest.fn(async () => ({ jobId: 'ingest-2' }));
    const run = await runCommand(['retry', 'ingest-1', '--failed-only'], {
      service: { retry, status: async () => completedJob() },
      session: { areConfigured: false },
    });
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
    const run = await runCommand(['worker'], {
      session: { startWorker: async () => ({ ended: Promise.reject(new Error('lost')), shutdown: async () => undefined }) },
    });
    expect(run).toMatchObject({ exitCode: 1, opened: [{ mayStart: false }], stderr: expect.stringContaining('INTERNAL: lost') });
  });
});
