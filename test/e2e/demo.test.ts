/** `sluice demo` as a newcomer runs it: in an empty folder that is not the checkout, with servers of its own. */
import { chownSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { canReach, getServerUser } from '../../src/embedded/server-user';
import { fileState } from '../harness/file-state';
import { startProcess, type TestProcess } from '../harness/start-process';
import { createTestFolder } from '../harness/test-folder';
import { findServerCache } from './temporal-cli';

const CHECKOUT = join(__dirname, '..', '..', '..');
const CLI = ['dist', 'src', 'cli', 'main.js'];
const DOCUMENTS = 75;

interface Question {
  question: string;
  document: string;
  passage: string;
}

const questions = JSON.parse(readFileSync(join(CHECKOUT, 'examples', 'questions.json'), 'utf8')) as Question[];

test('the demo says what it does, answers from the documents, finds nothing changed, and leaves nothing running; again on a terminal', async () => {
  const folder = createTestFolder();
  const piped = startProcess(process.execPath, [join(CHECKOUT, ...CLI), 'demo'], { cwd: folder });
  await expectDone(piped);
  expect(runningProcesses(folder)).toEqual([]);
  expect(piped.stdout).toMatch(/It starts Temporal, which runs .* and PostgreSQL with pgvector, which holds/);
  expect(piped.stdout).toContain(join(folder, '.sluice'));
  expect(piped.stdout).toContain('Done in');
  expect(piped.stdout).toContain(`${DOCUMENTS} documents, ${DOCUMENTS} indexed`);
  for (const phase of ['LOADING', 'CHUNKING', 'EMBEDDING', 'INDEXING']) expect(piped.stdout).toMatch(new RegExp(`^${phase} COMPLETED 100% ${DOCUMENTS}/${DOCUMENTS}$`, 'm'));
  expect(stripVTControlCharacters(piped.stdout)).toBe(piped.stdout);
  expectAnswers(piped.stdout);
  expect(piped.stdout).toContain(`Nothing changed: ${DOCUMENTS} of ${DOCUMENTS} documents unchanged, 0 embedded.`);
  expect(piped.stdout).toMatch(/Try next\n {2}npx sluice ingest/);
  expect(readdirSync(folder)).toEqual(['.sluice']);

  const command = [process.execPath, join(CHECKOUT, ...CLI), 'demo'].join(' ');
  const onTerminal = startProcess('script', ['-qefc', `stty cols 100 rows 40; ${command}`, '/dev/null'], { cwd: folder });
  await expectDone(onTerminal);
  expect(runningProcesses(folder)).toEqual([]);
  // Four bars drawn over themselves, and left as they ended.
  expect(onTerminal.stdout).toContain('\u001b[5A');
  const drawn = stripVTControlCharacters(onTerminal.stdout).replaceAll('\r', '');
  expect(drawn).toMatch(/^LOADING +[█-▏░]{10,} .*\nCHUNKING +[█-▏░]{10,} .*\nEMBEDDING +[█-▏░]{10,} .*\nINDEXING +[█-▏░]{10,} .*$/m);
  expect(drawn).toMatch(new RegExp(`LOADING +█+ 100% +${DOCUMENTS}/${DOCUMENTS}.*\nCHUNKING +█+ 100%.*\nEMBEDDING +█+ 100%.*\nINDEXING +█+ 100%`));
  expectAnswers(drawn);
  expect(drawn).toContain(`Nothing changed: ${DOCUMENTS} of ${DOCUMENTS} documents unchanged, 0 embedded.`);
}, 180_000);

test('an ordinary user runs it too', async () => {
  // Elsewhere than as root every test is one.
  const user = getServerUser(join(CHECKOUT, 'none'));
  const home = createTestFolder();
  const checkout = canReach(user, CHECKOUT) ? CHECKOUT : copyCheckout();
  if (user) chownSync(home, user.uid, user.gid);
  const env = { HOME: home, SLUICE_CACHE_DIR: await findServerCache() };
  const demo = startProcess(process.execPath, [join(checkout, ...CLI), 'demo'], { cwd: home, env, ...(user && { user }) });
  await expectDone(demo);
  expect(runningProcesses(home)).toEqual([]);
  expectAnswers(demo.stdout);
  expect(demo.stdout).toContain(`Nothing changed: ${DOCUMENTS} of ${DOCUMENTS}`);
}, 180_000);

async function expectDone(demo: TestProcess): Promise<void> {
  const { code } = await demo.exit;
  expect({ code, output: code === 0 ? '' : `${demo.stdout}${demo.stderr}` }).toEqual({ code: 0, output: '' });
}

/** Each question is followed by its passage, indented, and the line that says where it is from. */
function expectAnswers(output: string): void {
  for (const { question, document, passage } of questions) {
    const [, answer = ''] = new RegExp(`^${escaped(question)}\n((?: {2}.*\n)+)`, 'm').exec(output) ?? [];
    const lines = answer.trimEnd().split('\n').map((line) => line.trim());
    expect(lines.slice(0, -1).join(' ')).toContain(passage);
    expect(lines.at(-1)!.split(' › ')[0]).toBe(document);
  }
}

/** Those that the demo has started and not ended, on Linux: servers have the folder in their command line, the rest an inherited mark. */
function runningProcesses(folder: string): string[] {
  if (!existsSync('/proc')) return [];
  return readdirSync('/proc').filter((pid) => /^\d+$/.test(pid)).flatMap((pid) => {
    try {
      const commandLine = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      const isCaused = commandLine.includes(folder) || readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`SLUICE_TEST_MARK=${fileState().mark}`);
      return isCaused && commandLine !== '' ? [commandLine] : [];
    } catch {
      return [];
    }
  });
}

function copyCheckout(): string {
  const copy = createTestFolder();
  mkdirSync(join(copy, 'dist'));
  for (const part of ['package.json', 'examples', 'models', 'node_modules', join('dist', 'src'), join('dist', 'workflows'), join('dist', 'activities'), join('dist', 'workflow-bundle.js')]) {
    cpSync(join(CHECKOUT, part), join(copy, part), { recursive: true });
  }
  return copy;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
