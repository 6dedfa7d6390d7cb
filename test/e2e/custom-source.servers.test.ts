/** examples/custom-source as its user runs it: real processes, and a start by a client that knows nothing of Sluice. */
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startCli, startProcess } from '../harness/start-process';
import { createTestFolder } from '../harness/test-folder';
import { createDeployment, type Deployment } from './deployment';
import { startWithTemporalCli } from './temporal-cli';

const EXAMPLE = join(__dirname, '..', '..', '..', 'examples', 'custom-source');
const NOTES = 3;

let deployment: Deployment;
let folder: string;
let file: string;

beforeAll(async () => {
  deployment = await createDeployment();
  folder = createTestFolder();
  file = join(folder, 'notes.txt');
  copyFileSync(join(EXAMPLE, 'notes.txt'), file);
  const worker = startProcess(process.execPath, [join(EXAMPLE, 'worker.js')], { cwd: folder, env: deployment.env });
  await worker.waitForLine(/^Working\.$/);
  // Nothing is logged while nothing is amiss.
  expect(worker.stderr).toBe('');
});

afterAll(() => deployment?.close());

test("a user's own source, parser and provider ingest and answer, and a second run embeds nothing", async () => {
  const first = await ingest('Who signs a refund of more than fifty euros?');
  expect(first).toContain(`${NOTES} notes indexed, 0 unchanged, 0 removed.`);
  // The parser took the head away, and kept the title.
  expect(first).toContain('who-may-approve-a-refund.note: Who may approve a refund\n\nRefunds up to fifty euros');
  expect(await ingest('How is the orders database restored?')).toMatch(/0 notes indexed, 3 unchanged, 0 removed\.\nrestoring-the-orders-database\.note: /);

  writeFileSync(file, readFileSync(file, 'utf8').split('---\n').slice(0, 2).join('---\n'));
  expect(await ingest('the coffee machine')).toContain('0 notes indexed, 2 unchanged, 1 removed.');
});

test('a plain Temporal start of an own kind is checked by the fields of the kind', async () => {
  const good = await startWithTemporalCli(deployment, 'plain', { collection: 'plain', source: { kind: 'notes', file }, options: { embedding: { provider: 'word-hash' } } });
  expect(good).toMatchObject({ status: 'COMPLETED', documents: { failed: 0 }, source: { kind: 'notes', file } });
  const bad = await startWithTemporalCli(deployment, 'bad', { collection: 'plain', source: { kind: 'notes', fil: file } });
  expect(bad.error).toEqual({
    code: 'INVALID_INPUT',
    message: 'source.fil is not known: did you mean file?\nsource.file is missing.',
    phase: 'LOADING',
  });
  const missing = await startWithTemporalCli(deployment, 'missing', { collection: 'plain', source: { kind: 'notes', file: join(folder, 'none.txt') } });
  expect(missing.error).toMatchObject({ code: 'SOURCE_NOT_FOUND' });
});

test('the command line shows jobs of an own kind, and starts them again', async () => {
  const { code, stdout } = await sluice(['status', 'plain']);
  expect(code).toBe(0);
  expect(stdout).toContain(`notes ${file}`);
  const again = await sluice(['retry', 'plain', '--json']);
  expect(again.code).toBe(0);
  expect(JSON.parse(again.stdout)).toMatchObject({ status: 'COMPLETED', retryOf: 'plain', documents: { failed: 0 } });
});

test('searched by a program that does not have the provider, the collection says whose it is', async () => {
  const { code, stdout } = await sluice(['search', 'refund', '--collection', 'plain', '--json']);
  expect(code).toBe(2);
  expect(JSON.parse(stdout)).toMatchObject({ error: { code: 'INVALID_INPUT', message: 'There is no embedding provider "word-hash".', hint: expect.stringContaining('extending') } });
});

async function ingest(question: string): Promise<string> {
  const program = startProcess(process.execPath, [join(EXAMPLE, 'ingest.js'), file, question], { cwd: folder, env: deployment.env });
  const { code } = await program.exit;
  expect({ code, stderr: program.stderr }).toEqual({ code: 0, stderr: '' });
  return program.stdout;
}

async function sluice(args: string[]): Promise<{ code: number | null; stdout: string }> {
  const cli = startCli(args, { env: deployment.env });
  const { code } = await cli.exit;
  return { code, stdout: cli.stdout };
}
