/** Real child processes for tests: what a user runs, killed as a machine would kill it. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

import { expectEventually } from './expect-eventually';
import { fileState } from './file-state';

const CLI = join(__dirname, '..', '..', 'src', 'cli', 'main.js');

export interface ProcessOptions {
  readonly cwd?: string;
  /** Over the test's own environment, from which all that configures Sluice was taken away; undefined removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Needs root. */
  readonly user?: { readonly uid: number; readonly gid: number };
}

export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface TestProcess {
  readonly pid: number;
  readonly stdout: string;
  readonly stderr: string;
  /** When it has ended and what it wrote was read. */
  readonly exit: Promise<ProcessExit>;
  /** The first line of either output, written already or still to come, that matches. Fails at once when the process ends without it. */
  waitForLine(pattern: RegExp, options?: { timeoutMs?: number }): Promise<string>;
  kill(signal: NodeJS.Signals): void;
  /** Writes to its standard input. */
  write(text: string): void;
}

const LAST_OUTPUT_PATIENCE_MS = 1000;

/** Runs `sluice` with these arguments. */
export function startCli(args: readonly string[], options: ProcessOptions = {}): TestProcess {
  return startProcess(process.execPath, [CLI, ...args], options);
}

/** It is ended with the test in which it was started; started outside of one (`beforeAll`), with the file. */
export function startProcess(command: string, args: readonly string[], options: ProcessOptions = {}): TestProcess {
  const child = spawn(command, args, { cwd: options.cwd, env: processEnvironment(options), ...options.user, stdio: 'pipe' });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  child.stdin.on('error', () => undefined);
  let ended = false;
  const exit = new Promise<ProcessExit>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal }));
    // A process that it started may hold its output open for as long as it likes.
    child.on('exit', (code, signal) => setTimeout(() => resolve({ code, signal }), LAST_OUTPUT_PATIENCE_MS).unref());
  }).finally(() => (ended = true));
  exit.catch(() => undefined);
  fileState().processes.push(child);
  (concurrentTests.getStore() ?? ofThisTest)?.push({ child, exit });
  const describe = (): string => `${command} ${args.join(' ')}\n--- stdout\n${output.stdout}--- stderr\n${output.stderr}---`;
  return {
    get pid() {
      if (child.pid === undefined) throw new Error(`It could not be started: ${describe()}`);
      return child.pid;
    },
    get stdout() {
      return output.stdout;
    },
    get stderr() {
      return output.stderr;
    },
    exit,
    kill: (signal) => void child.kill(signal),
    write: (text) => void child.stdin.write(text),
    waitForLine: async (pattern, { timeoutMs = 30_000 } = {}) => {
      const find = (): string | undefined => `${output.stdout}\n${output.stderr}`.split('\n').find((line) => pattern.test(line));
      const line = await expectEventually(() => {
        const found = find();
        if (found === undefined && !ended) throw new Error(`No line matches ${pattern}: ${describe()}`);
        return found;
      }, { timeoutMs });
      if (line === undefined) throw new Error(`It ended, and no line matches ${pattern}: ${describe()}`);
      return line;
    },
  };
}

type Started = { child: ChildProcess; exit: Promise<ProcessExit> }[];

/** Undefined outside of tests. */
let ofThisTest: Started | undefined;
const concurrentTests = new AsyncLocalStorage<Started>();

beforeEach(() => {
  ofThisTest = [];
});

afterEach(async () => {
  const started = ofThisTest!;
  ofThisTest = undefined;
  await end(started);
});

/**
 * A test that waits more than it works, beside others of its file (at most `maxConcurrency` of jest.config.js at once). What it starts ends
 * with it and with no other; `beforeEach` and `afterEach` are not its own, but what it gives to `afterwards` runs when its processes have
 * ended. Plain tests run beside them too, unless they stand below them.
 */
export function concurrentTest(name: string, body: (afterwards: (close: () => Promise<void>) => void) => Promise<void>, timeoutMs?: number): void {
  test.concurrent(name, async () => {
    const started: Started = [];
    const closing: (() => Promise<void>)[] = [];
    try {
      await concurrentTests.run(started, () => body((close) => void closing.push(close)));
    } finally {
      await end(started);
      for (const close of closing) await close();
    }
  }, timeoutMs);
}

async function end(started: Started): Promise<void> {
  for (const { child } of started) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
  await Promise.all(started.map(({ exit }) => exit.catch(() => undefined)));
}

/** What configures Sluice, or tells that jest is running. */
const TAKEN_AWAY = /^(SLUICE_(?!CACHE_DIR$)|TEMPORAL_|OPENAI_|DATABASE_URL$|JEST_|NODE_ENV$)/;

function processEnvironment(options: ProcessOptions): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !TAKEN_AWAY.test(name));
  return { ...Object.fromEntries(kept), ...options.env, SLUICE_TEST_MARK: fileState().mark };
}
