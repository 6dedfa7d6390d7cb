/** Temporal's development server of a servers' folder: found when it runs, started when not, stopped. */
import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Connection } from '@temporalio/client';

import { SluiceError } from '../domain/errors';
import { endProcess } from './end-process';
import { isListening, LOOPBACK, pickPort, rememberPorts } from './ports';
import { findCommandLine, findProcessStart } from './process-identity';
import { openServerLog, quoteLog } from './server-log';
import type { ServerFolder } from './state-folder';

const POLL_MS = 50;
const READY_TIMEOUT_MS = 60_000;
const NAMESPACE_RETENTION_MS = 7 * 24 * 3600 * 1000;

/** Jobs take turns, and one partition a queue: priorities and turns hold within a partition only, and a task in another would wait for a poll to come by. */
const TASK_QUEUES = { 'matching.enableFairness': true, 'matching.numTaskqueueReadPartitions': 1, 'matching.numTaskqueueWritePartitions': 1 };

const SEARCH_ATTRIBUTES = ['SluiceCollection=Keyword', 'SluiceJobStatus=Keyword', 'SluicePausedPhases=KeywordList'];

export interface RunningTemporal {
  readonly pid: number;
  readonly address: string;
  readonly uiUrl: string;
}

export interface TemporalOptions {
  readonly namespace: string;
  /** Temporal's dynamic configuration, beside what Sluice itself sets. */
  readonly dynamicConfig: Readonly<Record<string, string | number | boolean>>;
}

/** The server that runs on this folder's database now, ready or not; undefined when none does. */
async function findTemporalProcess(folder: ServerFolder): Promise<RunningTemporal | undefined> {
  const pid = Number(await readFile(folder.temporalPid, 'utf8').catch(() => ''));
  const line = pid ? `${findCommandLine(pid)} ` : '';
  const [port, uiPort] = [/ --port (\d+)/.exec(line)?.[1], / --ui-port (\d+)/.exec(line)?.[1]];
  if (!port || !uiPort || !line.includes(` ${folder.temporalMark} `)) return undefined;
  return { pid, address: `${LOOPBACK}:${port}`, uiUrl: `http://${LOOPBACK}:${uiPort}` };
}

/** The same when it listens. */
export async function findListeningTemporal(folder: ServerFolder): Promise<RunningTemporal | undefined> {
  const running = await findTemporalProcess(folder);
  return running && (await isListening(portOf(running.address), 500)) ? running : undefined;
}

/**
 * Waits for the running server, or starts one.
 * @param findBinary asked only when a server must be started
 * @throws SluiceError SERVER_UNREACHABLE with the server's own last words
 */
export async function ensureTemporal(
  folder: ServerFolder, options: TemporalOptions, findBinary: () => Promise<string>, say: (line: string) => void,
): Promise<RunningTemporal & { started: boolean }> {
  const running = await findTemporalProcess(folder);
  if (running && (await waitUntilReady(folder, running.address, options.namespace, () => findProcessStart(running.pid) !== undefined))) {
    return { ...running, started: false };
  }
  const binary = await findBinary();
  for (let attempt = 1; ; attempt += 1) {
    const words = await tryToStart(folder, options, binary, say);
    const started = await findTemporalProcess(folder);
    if (words === undefined && started) return { ...started, started: true };
    if (attempt === 3 || !words?.includes('address already in use')) {
      const message = `Temporal's server did not start. ${folder.temporalLog} ends with:${quoteLog(words ?? '')}`;
      throw new SluiceError('SERVER_UNREACHABLE', message, {
        hint: 'Mend what it names, or set TEMPORAL_ADDRESS.',
      });
    }
  }
}

export async function stopTemporal(folder: ServerFolder): Promise<void> {
  const running = await findTemporalProcess(folder);
  if (running) await endProcess(running.pid, [['SIGTERM', 10_000], ['SIGKILL', 10_000]]);
}

/** Undefined when it is ready, else what it wrote before it ended. */
async function tryToStart(
  folder: ServerFolder, options: TemporalOptions, binary: string, say: (line: string) => void,
): Promise<string | undefined> {
  const port = await pickPort(folder.ports, 'temporal', say);
  const uiPort = await pickPort(folder.ports, 'temporalUi', say);
  const dynamicConfig = { ...TASK_QUEUES, ...options.dynamicConfig };
  const args = [
    'server', 'start-dev', '--ip', LOOPBACK, '--port', String(port), '--ui-port', String(uiPort),
    // Relative, because it cuts a path at the first # or ?; and so the process is known by the other file, which need not exist.
    '--db-filename', basename(folder.temporalDatabase), '--env-file', folder.temporalMark, '--log-level', 'warn', '--ui-disable-news-fetch',
    ...Object.entries(dynamicConfig).flatMap(([key, value]) => ['--dynamic-config-value', `${key}=${JSON.stringify(value)}`]),
    ...SEARCH_ATTRIBUTES.flatMap((attribute) => ['--search-attribute', attribute]),
  ];
  const log = await openServerLog(folder.temporalLog);
  // The shell writes its pid and becomes the server: however we are killed, no server runs that the next start wouldn't find.
  const server = spawn('/bin/sh', ['-c', 'echo $$ > "$0" && exec "$@"', folder.temporalPid, binary, ...args], {
    detached: true, cwd: folder.path, env: withoutTemporalVariables(), stdio: ['ignore', log.descriptor, log.descriptor],
  });
  closeSync(log.descriptor);
  let spawnFailure = '';
  server.on('error', (error) => (spawnFailure = error.message));
  server.unref();
  const isAlive = (): boolean => server.pid !== undefined && server.exitCode === null && server.signalCode === null;
  if (!(await waitUntilReady(folder, `${LOOPBACK}:${port}`, options.namespace, isAlive))) return `${await log.read()}${spawnFailure}`;
  await rememberPorts(folder.ports, { temporal: port, temporalUi: uiPort });
  return undefined;
}

/** True when it serves the namespace (made when missing); false when it ended. */
async function waitUntilReady(folder: ServerFolder, address: string, namespace: string, isAlive: () => boolean): Promise<boolean> {
  const startedAt = Date.now();
  while (isAlive()) {
    if ((await isListening(portOf(address), 1000)) && (await servesNamespace(address, namespace))) return true;
    if (Date.now() - startedAt > READY_TIMEOUT_MS) {
      const message = `Temporal's server runs on ${address} and gave no answer within ${READY_TIMEOUT_MS / 1000} s.`;
      throw new SluiceError('SERVER_UNREACHABLE', message, { hint: `See ${folder.temporalLog}.` });
    }
    await sleep(POLL_MS);
  }
  return false;
}

async function servesNamespace(address: string, namespace: string): Promise<boolean> {
  // Loaded only here: a command that merely looks for running servers must start quickly.
  const { Connection } = require('@temporalio/client') as typeof import('@temporalio/client');
  const { msToTs } = require('@temporalio/common/lib/time') as typeof import('@temporalio/common/lib/time');
  let connection: Connection | undefined;
  try {
    connection = await Connection.connect({ address, connectTimeout: 5000 });
    const { workflowService } = connection;
    return await connection.withDeadline(Date.now() + 5000, async () => {
      const known = await workflowService.describeNamespace({ namespace }).then(() => true, () => false);
      // The default namespace is made by the server itself a moment after it begins to listen.
      if (namespace === 'default') return known;
      // One that was just made is there before it can be used.
      if (known) return workflowService.listWorkflowExecutions({ namespace, pageSize: 1 }).then(() => true, () => false);
      await workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: msToTs(NAMESPACE_RETENTION_MS) });
      return false;
    });
  } catch {
    return false;
  } finally {
    await connection?.close();
  }
}

/** The user's own settings for clients (address, namespace, keys) must not reach the server. */
function withoutTemporalVariables(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TEMPORAL_')));
}

function portOf(address: string): number {
  return Number(address.slice(address.lastIndexOf(':') + 1));
}
