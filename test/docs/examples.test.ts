import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { FORMATS } from '../../src/parsing/formats';
import { createParserPool } from '../../src/parsing/child-process-pool';
import { filesUnder, readText, ROOT, tableRows } from './repository';

interface ExampleQuestion {
  question: string;
  document: string;
  passage: string;
}

const FOLDER = 'examples/documents';
const files = filesUnder(FOLDER);
const parsers = createParserPool();

afterAll(() => parsers.close());

test('the example documents are few, small, and of every format that Sluice reads', () => {
  expect(files.length).toBeGreaterThanOrEqual(20);
  expect(files.length).toBeLessThanOrEqual(40);
  expect(files.reduce((sum, file) => sum + statSync(path.join(ROOT, file)).size, 0)).toBeLessThan(3 * 2 ** 20);
  const endings = new Set(files.map((file) => path.extname(file)));
  for (const { endings: known } of Object.values(FORMATS)) if (known.length > 0) expect(known.some((ending: string) => endings.has(ending))).toBe(true);
});

test('the notice names each document, and nothing else', () => {
  const named = tableRows(readText('examples/NOTICE.md')).flatMap(([cell = '']) => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name));
  const patterns = named.map((name) => (path.dirname(name) === '.' ? name : name.replace('*', '')));
  const isNamed = (file: string) => patterns.some((pattern) => file === pattern || path.basename(file) === pattern || matches(pattern, file));
  const unnamed = files.map((file) => path.relative(FOLDER, file)).filter((file) => !isNamed(file));
  expect(unnamed).toEqual([]);
  expect(patterns.filter((pattern) => !files.some((file) => file.endsWith(pattern) || matches(pattern, path.relative(FOLDER, file))))).toEqual([]);
});

test('each question has its passage in the text of its document', async () => {
  const questions = JSON.parse(readText('examples/questions.json')) as ExampleQuestion[];
  expect(questions).toHaveLength(3);
  for (const { document, passage } of questions) expect(await textOf(document)).toContain(passage);
});

test('the Python client compiles, and names the workflow, signals and queries of the contract', () => {
  const file = path.join(ROOT, 'examples/clients/start_job.py');
  execFileSync('python3', ['-c', 'import ast, sys; ast.parse(open(sys.argv[1]).read())', file]);
  const client = readFileSync(file, 'utf8');
  const contract = readText('workflows/contract.ts');
  for (const name of ['ingestionWorkflow', 'pause', 'resume', 'phaseStatus', 'jobStatus']) {
    expect(client).toContain(`"${name}"`);
    expect(contract).toContain(`'${name}'`);
  }
});

/** `folder/*.md` without its star. */
function matches(pattern: string, file: string): boolean {
  return pattern.includes('/') && file.startsWith(`${path.dirname(pattern)}/`) && file.endsWith(path.basename(pattern));
}

async function textOf(document: string): Promise<string> {
  const [file = '', record] = document.split('#');
  const whole = path.join(ROOT, FOLDER, file);
  if (record !== undefined) {
    const line = readFileSync(whole, 'utf8').split('\n').find((candidate) => candidate.includes(`"id": "${record}"`));
    return (JSON.parse(line ?? 'null') as { text: string }).text;
  }
  const parsed = await parsers.parse({ content: { path: whole }, uri: file }, new AbortController().signal);
  if (parsed.kind === 'unchanged') throw new Error('nothing is known of it');
  return parsed.document.text;
}
