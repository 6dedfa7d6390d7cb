import { SluiceError } from '../../src/domain/errors';
import { runCommand } from './run-command';

describe('arguments', () => {
  test.each([
    [['frobnicate'], "Unknown command 'frobnicate'."],
    [['statsu', 'x'], "Unknown command 'statsu'. Did you mean status?"],
    [['status'], "Missing required argument 'job'."],
    [['status', 'a', 'b'], "Too many arguments for 'status'. Expected 1 argument but got 2."],
    [['ingest', '.', '--colection', 'c'], "Unknown option '--colection'. Did you mean --collection?"],
    [
      ['pause', 'j', '--phase', 'EMBED'],
      "Option '--phase <phase>' argument 'EMBED' is invalid. The phases are LOADING, CHUNKING, EMBEDDING, INDEXING.",
    ],
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
    expect(await runCommand(['ingest', '--help'])).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('--chunk-tokens <n>'),
      stderr: '',
    });
    expect(await runCommand(['--version'])).toMatchObject({ exitCode: 0, stdout: '1.2.3\n', stderr: '' });
  });
});

describe('errors', () => {
  const failing = (error: unknown) => ({ service: { status: () => Promise.reject(error) } });

  test('exit by their code, with what to do next and no stack trace', async () => {
    const run = await runCommand(['status', 'j'], failing(new SluiceError('JOB_NOT_FOUND', 'There is no job j.')));
    expect(run).toMatchObject({
      exitCode: 2,
      stdout: '',
      stderr: 'JOB_NOT_FOUND: There is no job j.\nList the jobs with `sluice jobs`.\n',
      events: ['closed'],
    });
  });

  test.each([
    [['--debug'], {}],
    [[], { SLUICE_DEBUG: '1' }],
  ])('show the stack trace when asked for: %j %j', async (flags, env) => {
    const error = new SluiceError('INTERNAL', 'Broken.', { cause: new Error('the reason') });
    expect((await runCommand(['status', 'j', ...flags], { ...failing(error), env })).stderr).toMatch(
      /at .*misuse\.test[^]*caused by Error: the reason/,
    );
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
