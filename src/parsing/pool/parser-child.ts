/** One child process of the pool: started, given a request at a time under limits of time and memory, killed when it exceeds them. */
import { fork, type ChildProcess } from 'node:child_process';
import { constants, getPriority, setPriority } from 'node:os';
import path from 'node:path';
import { DocumentFailure } from '../../domain/document-outcome';
import { SluiceError } from '../../domain/errors';
import type { Answer, ChildSettings, Methods, Request } from './messages';
import { findProcessorWaitMs } from './processor-wait';
import { findResidentBytes } from './resident-memory';

const CHECK_MS = 100;
/** Parsing gives way to what all jobs wait for: the worker's event loop, Temporal and Postgres. Its start, which has a limit of its own, does not. */
const PRIORITY = constants.priority.PRIORITY_BELOW_NORMAL;
/** So many times its time limit a document may take when it waits for a processor. More would let one that never ends hold a child for long. */
const MAX_EXTENSION = 3;
const START_LIMIT_MS = 60_000;
const STDERR_CHARACTERS = 2000;

interface PendingRequest {
  resolve(value: Methods[keyof Methods]['answer']): void;
  reject(reason: unknown): void;
}

export class ParserChild {
  private readonly process: ChildProcess;
  private readonly ready: Promise<void>;
  private readonly exited: Promise<void>;
  private pending: PendingRequest | undefined;
  private isReady = false;
  private stderr = '';
  /** false from the moment it is killed, or ends by itself. */
  isAlive = true;
  /** By the system, for want of memory, or by somebody: in the middle of a request, which may be no reason for it. */
  wasKilledByOthers = false;
  /** Documents that it was given. */
  documents = 0;
  /** When it last answered. */
  residentBytes = 0;

  constructor(
    parserModules: readonly string[],
    private readonly memoryLimitBytes: number,
  ) {
    const settings: ChildSettings = { parentPid: process.pid, parserModules };
    this.process = fork(path.join(__dirname, 'child-main.js'), [JSON.stringify(settings)], {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      env: childEnvironment(),
      // Instead of the parent's own flags (a debugger's port, a test runner's loader). Small young spaces keep an idle child small.
      execArgv: [`--max-old-space-size=${Math.ceil(memoryLimitBytes / 2 ** 20)}`, '--max-semi-space-size=4'],
    });
    this.process.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr = (this.stderr + text).slice(-STDERR_CHARACTERS);
    });
    this.exited = new Promise((resolve) => {
      this.process.once('exit', () => (this.isAlive = false));
      // 'close' follows 'exit' when the last of stderr has been read.
      this.process.once('close', (code, signal) => {
        this.ended(code, signal);
        resolve();
      });
      this.process.once('error', (error) => {
        this.isAlive = false;
        this.settle({ reject: new SluiceError('INTERNAL', `A parser process could not be started: ${error.message}`, { cause: error }) });
        if (this.process.pid === undefined) resolve();
      });
    });
    this.ready = this.started();
    this.ready.catch(() => undefined);
    this.hold(false);
  }

  /** Rejects with a DocumentFailure, with the signal's reason, or with a SluiceError when the child can't start. */
  async run<M extends keyof Methods>(
    request: Extract<Request, { method: M }>,
    timeLimitMs: number,
    signal: AbortSignal,
  ): Promise<Methods[M]['answer']> {
    this.hold(true);
    const aborted = (): void => this.killBecause(signal.reason);
    let watch: NodeJS.Timeout | undefined;
    try {
      const answer = new Promise<Methods[keyof Methods]['answer']>((resolve, reject) => {
        this.pending = { resolve, reject };
      });
      signal.addEventListener('abort', aborted, { once: true });
      if (signal.aborted) aborted();
      await Promise.race([this.ready, answer]);
      if (this.isAlive) {
        if (request.method === 'parse') this.documents++;
        watch = this.watch(timeLimitMs);
        this.process.send(request);
      }
      return (await answer) as Methods[M]['answer'];
    } finally {
      clearInterval(watch);
      signal.removeEventListener('abort', aborted);
      this.pending = undefined;
      this.hold(false);
    }
  }

  /** Resolves when the process is gone. */
  async kill(): Promise<void> {
    this.isAlive = false;
    this.process.kill('SIGKILL');
    this.hold(true);
    await this.exited;
  }

  private started(): Promise<void> {
    return new Promise((resolve, reject) => {
      const deadline = setTimeout(
        () => this.killBecause(new SluiceError('INTERNAL', 'A parser process did not start.')),
        START_LIMIT_MS,
      ).unref();
      this.process.on('message', (answer: Answer) => {
        clearTimeout(deadline);
        switch (answer.kind) {
          case 'ready':
            this.isReady = true;
            giveWay(this.process.pid);
            return resolve();
          case 'cannot-start': {
            const error = new SluiceError('INVALID_INPUT', answer.message);
            reject(error);
            return this.killBecause(error);
          }
          case 'result':
            this.residentBytes = answer.residentBytes;
            return this.settle({ resolve: answer.value });
          case 'failure':
            this.residentBytes = answer.residentBytes;
            return this.settle({ reject: new DocumentFailure(answer.code, answer.message) });
        }
      });
    });
  }

  private watch(timeLimitMs: number): NodeJS.Timeout {
    const { pending } = this;
    const startedMs = performance.now();
    const waitedMs = this.processorWaitMs();
    return setInterval(() => {
      this.checkTime(performance.now() - startedMs, () => this.processorWaitMs() - waitedMs, timeLimitMs);
      void this.checkMemory(pending);
    }, CHECK_MS);
  }

  /** On a machine that is busy with other things a document takes longer, and is no worse for it. */
  private checkTime(tookMs: number, waitedMs: () => number, limitMs: number): void {
    if (tookMs < limitMs || (tookMs < MAX_EXTENSION * limitMs && tookMs - waitedMs() < limitMs)) return;
    this.killBecause(new DocumentFailure('PARSE_TIMEOUT', `Parsing took longer than ${limitMs / 1000} s.`));
  }

  private async checkMemory(pending: PendingRequest | undefined): Promise<void> {
    const bytes = this.process.pid === undefined ? undefined : await findResidentBytes(this.process.pid);
    // The request may have been answered meanwhile.
    if (bytes !== undefined && bytes > this.memoryLimitBytes && pending !== undefined && pending === this.pending)
      this.killBecause(this.tooMuchMemory());
  }

  private processorWaitMs(): number {
    return (this.process.pid === undefined ? undefined : findProcessorWaitMs(this.process.pid)) ?? 0;
  }

  private tooMuchMemory(): DocumentFailure {
    return new DocumentFailure(
      'PARSE_MEMORY',
      `Parsing needed more than ${Math.round(this.memoryLimitBytes / 2 ** 20)} MiB of memory.`,
    );
  }

  private killBecause(reason: unknown): void {
    this.isAlive = false;
    this.process.kill('SIGKILL');
    this.settle({ reject: reason });
  }

  /** By itself, or by a kill of which the request already knows. */
  private ended(code: number | null, signal: NodeJS.Signals | null): void {
    this.isAlive = false;
    if (!this.isReady)
      return this.settle({ reject: new SluiceError('INTERNAL', `A parser process could not be started: ${this.stderr.trim()}`) });
    this.wasKilledByOthers = signal === 'SIGKILL' && this.pending !== undefined;
    const outOfMemory = /heap out of memory|Allocation failed/.test(this.stderr);
    const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
    this.settle({
      reject: outOfMemory
        ? this.tooMuchMemory()
        : new DocumentFailure('PARSER_CRASHED', `The parser ended in the middle of the document: ${how}.`),
    });
  }

  private settle(outcome: { resolve: Methods[keyof Methods]['answer'] } | { reject: unknown }): void {
    const { pending } = this;
    this.pending = undefined;
    if ('resolve' in outcome) pending?.resolve(outcome.resolve);
    else pending?.reject(outcome.reject);
  }

  /** Only a child at work keeps this process alive. */
  private hold(atWork: boolean): void {
    const stderr = this.process.stderr as { ref?(): void; unref?(): void } | null;
    for (const handle of [this.process, this.process.channel, stderr]) {
      if (atWork) handle?.ref?.();
      else handle?.unref?.();
    }
  }
}

function giveWay(pid: number | undefined): void {
  try {
    if (pid !== undefined) setPriority(pid, Math.max(getPriority(), PRIORITY));
  } catch {
    // It has ended already, which is seen elsewhere; or this system does not let us, and it has the share of everyone.
  }
}

/** Keys and addresses of servers stay with the worker. */
function childEnvironment(): NodeJS.ProcessEnv {
  const kept = ['PATH', 'SystemRoot', 'TMPDIR', 'TEMP', 'LANG'];
  return { ...Object.fromEntries(kept.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]]))), TZ: 'UTC' };
}
