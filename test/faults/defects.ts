/**
 * `npm run test:faults:defects -- [--only a,d]`: shows that the harness finds what it looks for. Of each promise a copy of the compiled product is
 * given one deliberate defect; the cell that would meet it is run on the copy and must be broken by name. A line each goes to results.jsonl.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeGuarantees } from './guarantees';
import { findProcesses } from './processes';
import { appendResult, CHECKOUT, productCommit, readResults, type DefectResult } from './results';

interface Defect {
  promise: string;
  what: string;
  /** Of the covering sets' product. */
  cell: string;
  edits: readonly { file: string; from: string; to: string }[];
}

const DEFECTS: readonly Defect[] = [
  {
    promise: 'a',
    what: 'vectors taken in the order in which they come, not in that of their index',
    cell: 'provider-shuffled@EMBEDDING',
    edits: [{ file: 'src/embedding/openai/read-answer.js', from: 'vectors[index] = vector', to: 'vectors[seen.size - 1] = vector' }],
  },
  {
    promise: 'b',
    what: 'the store of embeddings is not asked before the provider is',
    cell: 'worker-kill@continue-as-new',
    edits: [
      { file: 'src/db/embedding-repository.js', from: 'and e.text_hash is null', to: '' },
      { file: 'src/db/embedding-repository.js', from: 'new Set(rows.map(({ hash }) => hash))', to: 'new Set()' },
    ],
  },
  {
    promise: 'c',
    what: 'closing the staging of a job forgets its chunks',
    cell: 'worker-sigterm@cancelling',
    edits: [{ file: 'src/db/job-context.js', from: "'staged_chunks', 'staged_documents'", to: "'staged_documents'" }],
  },
  {
    promise: 'd',
    what: 'the end of a failed job is written into the mirror by nobody, neither its workflow nor the reconciler',
    cell: 'provider-401@EMBEDDING',
    edits: [
      {
        file: 'activities/mirror-job.js',
        from: 'const { runId } = activity_1.Context.current().info.workflowExecution;',
        to: 'const { runId } = activity_1.Context.current().info.workflowExecution; if (final && job.error) return;',
      },
      { file: 'src/service/reconciler.js', from: 'if (!(await jobs.adoptEnd(jobId, end, run)))', to: 'if (true)' },
    ],
  },
  {
    promise: 'e',
    what: 'a job of which Temporal cannot tell is called FAILED',
    cell: 'temporal-kill@EMBEDDING',
    edits: [{
      file: 'src/service/job-status-reader.js',
      from: 'viewOfMirror)(mirror.answer);',
      to: "viewOfMirror)({ ...mirror.answer, status: 'FAILED' });",
    }],
  },
  {
    promise: 'f',
    what: 'a document published by a second attempt is given no outcome',
    cell: 'worker-kill@INDEXING',
    edits: [{ file: 'src/db/publishing-repository.js', from: 's.ordinal = j.ordinal`', to: 's.ordinal = j.ordinal and ${attempt} = 1`' }],
  },
  {
    promise: 'g',
    what: 'a parser child does not notice that its worker is gone',
    cell: 'worker-kill@LOADING',
    edits: [
      { file: 'src/parsing/pool/child-main.js', from: 'process.exit(0)', to: 'setInterval(() => undefined, 1000)' },
      { file: 'src/parsing/pool/orphan-watch.js', from: "process.kill(process.pid, 'SIGKILL')", to: '{}' },
    ],
  },
];

async function main(): Promise<boolean> {
  const { values } = parseArgs({ options: { only: { type: 'string' } } });
  const wanted = DEFECTS.filter(({ promise }) => values.only === undefined || values.only.split(',').includes(promise));
  let allFound = true;
  for (const defect of wanted) {
    const result = await tryDefect(defect);
    console.error(`${result.found ? 'found' : 'NOT FOUND'} (${defect.promise}) ${defect.what}, in ${defect.cell}: ${result.says}`);
    allFound &&= result.found;
    appendResult({ kind: 'defect', seed: 0, commit: productCommit(), date: new Date().toISOString(), ...result });
  }
  writeGuarantees();
  return allFound;
}

let running: ChildProcess | undefined;

async function tryDefect({ promise, what, cell, edits }: Defect): Promise<DefectResult> {
  // Within the checkout, where its packages are found; at the depth at which it finds the examples.
  const folder = join(CHECKOUT, '.defects', promise);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  try {
    cpSync(join(CHECKOUT, 'dist'), join(folder, 'dist'), { recursive: true });
    for (const name of ['examples', 'models', 'package.json']) symlinkSync(join(CHECKOUT, name), join(folder, name));
    for (const edit of edits) applyEdit(join(folder, 'dist', edit.file), edit);
    const results = join(folder, 'results.jsonl');
    const harness = join(folder, 'dist', 'test', 'faults', 'main.js');
    running = spawn(process.execPath, [harness, '--only', cell, '--results', results], { stdio: ['ignore', 'inherit', 'inherit'] });
    await new Promise((resolve) => running!.on('close', resolve));
    const violations = readResults(results).flatMap((line) => (line.kind === 'cell' ? line.violations : []));
    const named = violations.find((violation) => violation.startsWith(`(${promise})`));
    return { promise, defect: what, cell, found: named !== undefined, says: named ?? violations[0] ?? 'nothing' };
  } finally {
    // What a defect keeps alive.
    for (const { pid } of findProcesses(folder)) process.kill(pid, 'SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  }
}

function applyEdit(file: string, { from, to }: Defect['edits'][number]): void {
  const text = readFileSync(file, 'utf8');
  if (text.split(from).length !== 2) throw new Error(`${file} holds ${text.split(from).length - 1} times, not once: ${from}`);
  writeFileSync(file, text.replace(from, () => to));
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => running?.kill('SIGTERM'));

main().then(
  (allFound) => process.exit(allFound ? 0 : 1),
  (error: Error) => {
    console.error(error);
    process.exit(2);
  },
);
