/** The faults: what is done, how it is mended, and what a job that suffered it may lose. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Fault as ProviderFault } from '../embedding/embeddings-server';
import { expectEventually } from '../harness/expect-eventually';
import type { CellRun } from './cell-run';
import { DiskFull } from './disk-full';
import type { FaultName } from './matrix';
import { findParserChildren } from './processes';
import { PROMISED_MS } from './promises';

export interface Fault {
  /** Before the workers start. */
  prepare?(): Promise<void>;
  /** Does the harm; returns when it is done. */
  hurt(): Promise<void>;
  /** For what comes over the provider only: the harm has been felt, or the job has ended. Others are felt at once. */
  untilFelt?(): Promise<void>;
  /** Whether the job has met the fault at all; default: it has. */
  wasFelt?(): boolean;
  /** Returns when everything is there again, with the moment from which on work is possible, by this machine's clock. */
  mend(): Promise<number>;
  /** When the job has ended. */
  cleanUp?(): Promise<void>;
  /** Which servers cannot be asked between {@link hurt} and {@link mend} by a command on the worker's machine. */
  readonly away: readonly ('postgres' | 'temporal')[];
  /** Codes with which the job may end instead of COMPLETED. */
  readonly mayEndWith?: readonly string[];
  /** How many documents may fail with these codes. */
  readonly mayFail?: { count: number; code: string };
  /** What the next activity may take to start after {@link mend}. */
  readonly recoveryLimitMs?: number;
}

const STOP_MS = 30_000;
/** Long enough for heartbeats and pools to notice, and longer than the 10 s after which Temporal gives up an attempt without heartbeat. */
const SILENCE_MS = 12_000;
const DROP_MS = 4_000;
const DELAY_MS = 8_000;
const DELAY_OF_PACKETS_MS = 100;

export function createFault(name: FaultName, run: CellRun): Fault {
  const { servers, proxies, provider } = run.rig;
  const serverBack = async (): Promise<number> => {
    await servers.ensure();
    run.reconnect();
    return Date.now();
  };
  switch (name) {
    case 'worker-kill':
      return workerKilled(run);
    case 'worker-sigterm':
      return workerTerminated(run);
    case 'parser-kill':
      return parserKilled(run);
    case 'temporal-kill':
      return { away: ['temporal'], hurt: () => servers.killTemporal(), mend: serverBack, recoveryLimitMs: PROMISED_MS.afterServerReturn };
    case 'postgres-kill':
      return { away: ['postgres'], hurt: () => servers.killPostgres(), mend: serverBack, recoveryLimitMs: PROMISED_MS.afterServerReturn };
    case 'postgres-stop-30s':
      return { away: ['postgres'], hurt: () => servers.stopPostgres(), mend: async () => (await sleep(STOP_MS), serverBack()), recoveryLimitMs: PROMISED_MS.afterServerReturn };
    case 'connection-drop':
      return connection(run, DROP_MS, (proxy) => proxy.drop());
    case 'connection-silence':
      // Who went silent is not heard of again: what it still held is lost.
      return connection(run, SILENCE_MS, (proxy) => proxy.silence(), () => Object.values(proxies).forEach((proxy) => proxy.reset()));
    case 'connection-delay':
      return { ...connection(run, DELAY_MS, (proxy) => proxy.delay(DELAY_OF_PACKETS_MS)), away: [] };
    case 'disk-full':
      return diskFull(run);
    case 'provider-401':
      return {
        ...providerFault(run, () => void (provider.behaviour.key = 'another key')),
        mayEndWith: ['PROVIDER_AUTH'],
      };
    case 'provider-text-too-long':
      return refusedText(run);
    default:
      return providerFault(run, () => void provider.behaviour.faults.push(...providerFaults(name)));
  }
}

function providerFaults(name: FaultName): ProviderFault[] {
  const times = (count: number, fault: ProviderFault) => Array.from({ length: count }, () => fault);
  switch (name) {
    case 'provider-429-retry-after':
      return times(4, { kind: 'status', status: 429, headers: { 'retry-after': '2' } });
    case 'provider-429':
      return times(4, { kind: 'status', status: 429 });
    case 'provider-500':
      return times(5, { kind: 'status', status: 500 });
    // Each costs the minute after which a request is given up.
    case 'provider-hang':
      return times(1, { kind: 'hang' });
    case 'provider-reset':
      return times(3, { kind: 'reset-in-answer' });
    case 'provider-short':
      return times(3, { kind: 'short' });
    case 'provider-shuffled':
      return times(3, { kind: 'shuffled' });
    case 'provider-dimensions':
      return times(3, { kind: 'wrong-dimensions' });
    case 'provider-nan':
      return times(3, { kind: 'nan' });
    default:
      throw new Error(`${name} is no fault of the provider.`);
  }
}

function workerKilled(run: CellRun): Fault {
  return {
    away: [],
    recoveryLimitMs: PROMISED_MS.afterWorkerStart,
    hurt: async () => {
      const worker = run.random.pick(run.liveWorkers);
      worker.kill('SIGKILL');
      await worker.exit;
    },
    mend: async () => (await run.addWorker()).startedAtMs,
  };
}

function workerTerminated(run: CellRun): Fault {
  let exit: Promise<{ code: number | null; signal: string | null }> | undefined;
  return {
    away: [],
    recoveryLimitMs: PROMISED_MS.afterWorkerStart,
    hurt: async () => {
      const worker = run.random.pick(run.liveWorkers);
      worker.kill('SIGTERM');
      exit = worker.exit;
    },
    mend: async () => {
      const { code, signal } = await exit!;
      if (code !== 0) throw new Error(`(g) a worker told to go ended with ${code ?? signal}`);
      return (await run.addWorker()).startedAtMs;
    },
  };
}

/** All children of one worker. What they were in the middle of is tried again. */
function parserKilled(run: CellRun): Fault {
  let killed = 0;
  return {
    away: [],
    hurt: async () => {
      for (const { pid } of findParserChildren(run.random.pick(run.liveWorkers).pid)) {
        killed++;
        process.kill(pid, 'SIGKILL');
      }
    },
    mend: async () => Date.now(),
    wasFelt: () => killed > 0,
  };
}

/** Between the workers and one server, or both. */
function connection(run: CellRun, lastsMs: number, cut: (proxy: CellRun['rig']['proxies']['postgres']) => void, atEnd: () => void = () => undefined): Fault {
  const names = run.random.pick<('postgres' | 'temporal')[]>([['postgres'], ['temporal'], ['postgres', 'temporal']]);
  const { proxies } = run.rig;
  const pass = () => Object.values(proxies).forEach((proxy) => proxy.pass());
  return {
    away: names,
    recoveryLimitMs: PROMISED_MS.afterServerReturn,
    hurt: async () => names.forEach((name) => cut(proxies[name])),
    mend: async () => {
      await sleep(lastsMs);
      atEnd();
      pass();
      return Date.now();
    },
    cleanUp: async () => pass(),
  };
}

function diskFull(run: CellRun): Fault {
  const disk = new DiskFull(run.rig.servers);
  return {
    away: ['postgres'],
    recoveryLimitMs: PROMISED_MS.afterServerReturn,
    prepare: () => disk.make(),
    hurt: async () => disk.fill(),
    mend: async () => {
      await sleep(DROP_MS);
      disk.clear();
      await run.rig.servers.ensure();
      run.reconnect();
      return Date.now();
    },
    cleanUp: () => disk.remove(),
  };
}

function providerFault(run: CellRun, hurt: () => void): Fault {
  const { behaviour } = run.rig.provider;
  let armed = 0;
  const wasRefused = () => run.requests.some(({ endedAtMs, paid }) => endedAtMs !== undefined && !paid);
  const isFelt = () => behaviour.faults.length < armed || ((behaviour.key ?? behaviour.refuseContaining) !== null && wasRefused());
  return {
    away: [],
    hurt: async () => {
      hurt();
      armed = behaviour.faults.length;
    },
    untilFelt: () =>
      expectEventually(async () => {
        if (!isFelt() && (await run.service.status(run.jobId)).finishedAt === null) throw new Error('The provider was not asked.');
      }, { timeoutMs: 60_000 }),
    wasFelt: isFelt,
    mend: async () => Date.now(),
  };
}

/** One document holds a text that the provider refuses for ever. */
function refusedText(run: CellRun): Fault {
  const { behaviour } = run.rig.provider;
  return {
    ...providerFault(run, () => void (behaviour.refuseContaining = '(299)')),
    untilFelt: undefined,
    mayFail: { count: 1, code: 'REFUSED_BY_PROVIDER' },
  };
}
