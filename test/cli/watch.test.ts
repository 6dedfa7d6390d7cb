import { SluiceError } from '../../src/domain/errors';
import { runCommand } from './run-command';
import { completedJob, sampleJob } from './sample-job';

describe('watch', () => {
  test('ends with the job, a line a change, and its outcome', async () => {
    const answers = [sampleJob(), sampleJob(), completedJob(1)];
    const run = await runCommand(['watch', 'ingest-1'], { service: { status: async () => answers.shift() ?? completedJob(1) } });
    expect(run.exitCode).toBe(3);
    expect(run.stdout.match(/^CHUNKING/gm)).toHaveLength(2);
    expect(run.stdout).toMatch(
      /Done in 3 min 20 s: 1,200 documents, 1,199 indexed, 1 failed, 3 ignored · 912 chunks\nSee why: sluice failures ingest-1/,
    );
  });

  test('draws bars on a terminal and leaves the last', async () => {
    const run = await runCommand(['watch', 'ingest-1'], {
      service: { status: async () => completedJob() },
      isTty: true,
      columns: 80,
      env: { NO_COLOR: '1' },
    });
    expect(run.stdout).toMatch(/INDEXING {2}█+ 100% {2}1,200\/1,200 {2}done\n100% · 1,200 documents · 912 chunks · 3 min 20 s\n/);
  });

  test('ends when its reader has gone', async () => {
    const run = await runCommand(['watch', 'ingest-1'], {
      service: { status: async () => sampleJob() },
      whenListening: (interrupt) => setImmediate(() => interrupt('pipe')),
    });
    expect(run.exitCode).toBe(130);
  });

  test('outlives servers that are away for a moment, and not for long', async () => {
    let calls = 0;
    const away = new SluiceError('SERVER_UNREACHABLE', 'Nobody answers.');
    const run = await runCommand(['watch', 'ingest-1'], {
      service: { status: () => ((calls += 1) === 1 ? Promise.reject(away) : Promise.resolve(completedJob())) },
    });
    expect(run).toMatchObject({ exitCode: 0, stderr: 'The servers do not answer: trying again.\n' });
  });
});
