/** The command line on a pseudo-terminal, which `script` of util-linux makes: live bars, Ctrl-C, a narrow window. */
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { expectEventually } from '../harness/expect-eventually';
import { startProcess, type TestProcess } from '../harness/start-process';
import { createTestFolder } from '../harness/test-folder';
import { createDeployment, EMBEDDING, type Deployment } from './deployment';
import { writeDocuments } from './documents';

const CLI = join(__dirname, '..', '..', 'src', 'cli', 'main.js');
const DOCUMENTS = 20;
const CTRL_C = '\u0003';
const HIDE_CURSOR = '\u001b[?25l';
const SHOW_CURSOR = '\u001b[?25h';
const EMBEDDING_FLAGS = `--embedding-provider openai --embedding-model ${EMBEDDING.model} --embedding-dimensions ${EMBEDDING.dimensions}`;

let deployment: Deployment;
let folder: string;

beforeAll(async () => {
  deployment = await createDeployment();
  folder = createTestFolder();
  writeDocuments(folder, DOCUMENTS);
  await deployment.startWorker();
});

afterAll(() => deployment?.close());

function onTerminal(command: string, columns: number, env: Record<string, string> = {}): TestProcess {
  return startProcess('script', ['-qefc', `stty cols ${columns} rows 30; ${process.execPath} ${CLI} ${command}`, '/dev/null'], { cwd: folder, env: { TERM: 'xterm', ...deployment.env, ...env } });
}

/** The last complete drawing of the bars. */
function bars(terminal: TestProcess): string[] {
  const lines = stripVTControlCharacters(terminal.stdout).replaceAll('\r', '').split('\n');
  const last = lines.findLastIndex((line) => line.startsWith('INDEXING '));
  return lines.slice(Math.max(0, last - 3), last + 1);
}

test('ingest draws four bars, Ctrl-C leaves the job and says how to go on, and watch draws it to its end', async () => {
  await deployment.provider.control({ always: { kind: 'status', status: 503 } });
  const ingest = onTerminal(`ingest . --collection bars --job-id bars-1 ${EMBEDDING_FLAGS}`, 100);
  await expectEventually(() => {
    const [loading, chunking, embedding, indexing] = bars(ingest);
    expect(loading).toMatch(new RegExp(`^LOADING +█{10,} 100% +${DOCUMENTS}/${DOCUMENTS} +done`));
    expect(chunking).toMatch(new RegExp(`^CHUNKING +█{10,} 100% +${DOCUMENTS}/${DOCUMENTS} +done`));
    expect(embedding).toMatch(new RegExp(`^EMBEDDING +░{10,} +0% +0/${DOCUMENTS} +.*provider`));
    expect(indexing).toMatch(new RegExp(`^INDEXING +░{10,} +0% +0/${DOCUMENTS}`));
  }, { timeoutMs: 30_000 });
  expect(ingest.stdout).toContain(HIDE_CURSOR);
  ingest.write(CTRL_C);
  expect(await ingest.exit).toMatchObject({ code: 130 });
  // The terminal is as it was.
  expect(ingest.stdout.lastIndexOf(SHOW_CURSOR)).toBeGreaterThan(ingest.stdout.lastIndexOf(HIDE_CURSOR));
  expect(stripVTControlCharacters(ingest.stdout)).toMatch(/Stopped watching: the job bars-1 is left as it is\.\r?\n.*sluice watch bars-1/);
  expect(await deployment.service.status('bars-1')).toMatchObject({ status: 'RUNNING', error: null });

  const watch = onTerminal('watch bars-1', 100);
  await expectEventually(() => expect(bars(watch)).toHaveLength(4), { timeoutMs: 30_000 });
  await deployment.provider.control({ always: null });
  expect(await watch.exit).toMatchObject({ code: 0 });
  for (const bar of bars(watch)) expect(bar).toMatch(new RegExp(`█{10,} 100% +${DOCUMENTS}/${DOCUMENTS} +done`));
  expect(stripVTControlCharacters(watch.stdout)).toMatch(new RegExp(`Done in .*: ${DOCUMENTS} documents, ${DOCUMENTS} indexed`));
}, 120_000);

test('in a narrow window no line of the bars wraps, and NO_COLOR leaves out every colour', async () => {
  const columns = 44;
  const ingest = onTerminal('ingest . --collection narrow', columns, { NO_COLOR: '1' });
  expect(await ingest.exit).toMatchObject({ code: 0 });
  // The cursor moves all the same.
  expect(ingest.stdout).not.toMatch(new RegExp('\u001b\\[[0-9;]*m'));
  const drawn = stripVTControlCharacters(ingest.stdout).replaceAll('\r', '').split('\n').filter((line) => /^(LOADING|CHUNKING|EMBEDDING|INDEXING) /.test(line));
  expect(drawn.length).toBeGreaterThanOrEqual(4);
  for (const line of drawn) expect(line.length).toBeLessThanOrEqual(columns);
}, 60_000);
