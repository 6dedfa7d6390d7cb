/** Processes of a cell: `sluice` as a user runs it, outside of jest, and who else lives on this machine because of it. */
import { spawn } from 'node:child_process';
import { createWriteStream, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { findCommandLine } from '../../src/embedded/process-identity';

const CLI = join(__dirname, '..', '..', 'src', 'cli', 'main.js');
const START_PATIENCE_MS = 60_000;
const RUN_PATIENCE_MS = 30_000;

export type Environment = Readonly<Record<string, string>>;

export interface WorkerProcess {
  readonly pid: number;
  /** When it was told to start, by this machine's clock. */
  readonly startedAtMs: number;
  readonly exit: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  readonly hasExited: boolean;
  /** The last signal that it was sent. */
  readonly told: NodeJS.Signals | undefined;
  kill(signal: NodeJS.Signals): void;
}

/** Resolves when the worker says that it works. Its output goes to a file of the folder. */
export async function startWorker(folder: string, env: Environment): Promise<WorkerProcess> {
  const startedAtMs = Date.now();
  const child = spawn(process.execPath, [CLI, 'worker'], { cwd: folder, env: { ...ownEnvironment(), ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = createWriteStream(join(folder, `worker-${child.pid}.log`));
  child.stdout.pipe(output, { end: false });
  child.stderr.pipe(output, { end: false });
  let hasExited = false;
  const exit = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) =>
    child.on('exit', (code, signal) => {
      hasExited = true;
      output.end();
      resolve({ code, signal });
    }),
  );
  const working = new Promise<void>((resolve) => {
    for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on('line', (line) => line.startsWith('Working on') && resolve());
  });
  const late = new Promise<never>((_, reject) => setTimeout(() => reject(new Error(`Worker ${child.pid} said nothing for ${START_PATIENCE_MS / 1000} s: see worker-${child.pid}.log`)), START_PATIENCE_MS).unref());
  let told: NodeJS.Signals | undefined;
  const kill = (signal: NodeJS.Signals): void => {
    told = signal;
    child.kill(signal);
  };
  const worker = { pid: child.pid!, startedAtMs, exit, kill, get hasExited() { return hasExited; }, get told() { return told; } };
  await Promise.race([
    working,
    late,
    exit.then(({ code, signal }) => {
      throw new Error(`Worker ${child.pid} ended (${code ?? signal}) before it worked: see worker-${child.pid}.log`);
    }),
  ]);
  return worker;
}

export interface CliRun {
  code: number | null;
  stdout: string;
  stderr: string;
  /** From its start to its end. */
  tookMs: number;
}

/** Runs a command to its end; one that does not end within 30 s is killed (code null). */
export function runSluice(args: readonly string[], folder: string, env: Environment): Promise<CliRun> {
  const startedAtMs = Date.now();
  const child = spawn(process.execPath, [CLI, ...args], { cwd: folder, env: { ...ownEnvironment(), ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  const patience = setTimeout(() => child.kill('SIGKILL'), RUN_PATIENCE_MS);
  return new Promise((resolve) =>
    child.on('close', (code) => {
      clearTimeout(patience);
      resolve({ code, ...output, tookMs: Date.now() - startedAtMs });
    }),
  );
}

/** Living processes of which the command line holds the text. */
export function findProcesses(text: string): { pid: number; commandLine: string }[] {
  const pids = readdirSync('/proc').map(Number).filter((pid) => pid > 0 && pid !== process.pid);
  return pids.flatMap((pid) => {
    const commandLine = findCommandLine(pid);
    return commandLine?.includes(text) ? [{ pid, commandLine }] : [];
  });
}

/** Parser children of a worker, living or orphaned. */
export function findParserChildren(workerPid: number): { pid: number; commandLine: string }[] {
  return findProcesses(`"parentPid":${workerPid},`);
}

/** Without what configures Sluice or its servers. */
function ownEnvironment(): NodeJS.ProcessEnv {
  const isForeign = (name: string) => /^(SLUICE_(?!CACHE_DIR$)|TEMPORAL_|OPENAI_|DATABASE_URL$|JEST_|NODE_ENV$|PG)/.test(name);
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !isForeign(name)));
}
