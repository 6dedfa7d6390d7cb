/** The embedded PostgreSQL of a servers' folder: found when it runs, started when not, stopped. Its data: postgres-cluster.ts. */
import { spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { readFile, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { Client } from 'pg';

import { SluiceError } from '../domain/errors';
import { isListening, LOOPBACK, pickPort, rememberPorts } from './ports';
import { makeCluster, POSTGRES_ROLE, serverEnvironment } from './postgres-cluster';
import { postgresSettings } from './postgres-settings';
import { findCommandLine, findProcessStart, findWorkingDirectory } from './process-identity';
import { openServerLog, quoteLog } from './server-log';
import { readOrMakePassword, type ServerFolder } from './state-folder';
import { endProcess } from './end-process';

const DATABASE = 'sluice';
const POLL_MS = 30;
/** A server that recovers after a crash refuses connections until it is done: minutes with much to replay. */
const READY_TIMEOUT_MS = 180_000;
const RETRY_MS = 15_000;

export interface RunningPostgres {
  readonly pid: number;
  readonly port: number;
}

/** The server that runs on this folder's data now, ready or not; undefined when none does. */
export async function findPostgresProcess(folder: ServerFolder): Promise<RunningPostgres | undefined> {
  const [pid, , , port] = await readPidFile(folder);
  return pid && port && isServerOf(folder, pid) ? { pid, port } : undefined;
}

/** Its address when it runs and listens. */
export async function findPostgresUrl(folder: ServerFolder): Promise<string | undefined> {
  const running = await findPostgresProcess(folder);
  const password = await readFile(folder.postgresPassword, 'utf8').catch(() => undefined);
  return running && password && (await isListening(running.port, 500)) ? databaseUrl(running.port, password, DATABASE) : undefined;
}

/**
 * Waits for the running server, or starts one.
 * @param findBinDir asked only when a server must be started
 * @throws SluiceError SERVER_UNREACHABLE with the server's own last words
 */
export async function ensurePostgres(
  folder: ServerFolder, findBinDir: () => Promise<string>, say: (line: string) => void,
): Promise<{ databaseUrl: string; started: boolean }> {
  const password = await readOrMakePassword(folder);
  const running = await findPostgresProcess(folder);
  if (running && (await waitUntilReady(folder, running.port, password, () => findProcessStart(running.pid) !== undefined, say))) {
    await makeDatabase(running.port, password);
    return { databaseUrl: databaseUrl(running.port, password, DATABASE), started: false };
  }
  const binDir = await findBinDir();
  await makeCluster(folder, binDir, password);
  await removeStrangersPidFile(folder);
  const port = await startServer(folder, binDir, password, say);
  await makeDatabase(port, password);
  return { databaseUrl: databaseUrl(port, password, DATABASE), started: true };
}

/** Fast shutdown: open transactions are rolled back, a checkpoint is written. Returns when the process is gone. */
export async function stopPostgres(folder: ServerFolder): Promise<void> {
  const running = await findPostgresProcess(folder);
  if (running) await endProcess(running.pid, [['SIGINT', 30_000], ['SIGQUIT', 10_000]]);
}

async function startServer(folder: ServerFolder, binDir: string, password: string, say: (line: string) => void): Promise<number> {
  const startedAt = Date.now();
  for (;;) {
    const port = await pickPort(folder.ports, 'postgres', say);
    const log = await openServerLog(folder.postgresLog);
    const settings = Object.entries(postgresSettings(port)).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const server = spawn(join(binDir, 'postgres'), ['-D', folder.postgresData, ...settings], {
      detached: true, cwd: '/', env: serverEnvironment(), stdio: ['ignore', log.descriptor, log.descriptor],
      uid: folder.user?.uid, gid: folder.user?.gid,
    });
    closeSync(log.descriptor);
    let spawnFailure = '';
    server.on('error', (error) => (spawnFailure = error.message));
    server.unref();
    const isAlive = (): boolean => server.pid !== undefined && server.exitCode === null && server.signalCode === null;
    if (await waitUntilReady(folder, port, password, isAlive, say)) {
      await rememberPorts(folder.ports, { postgres: port });
      return port;
    }
    const words = `${await log.read()}${spawnFailure}`;
    // The first: another program took the port meanwhile. The others: processes of a killed server are still about to end.
    const mayPass = /Address already in use|pre-existing shared memory block|lock file ".*" already exists/i.test(words);
    if (!mayPass || Date.now() - startedAt > RETRY_MS) {
      throw new SluiceError('SERVER_UNREACHABLE', `PostgreSQL did not start. ${folder.postgresLog} ends with:${quoteLog(words)}`, {
        hint: 'Mend what it names, or set DATABASE_URL.',
      });
    }
    await sleep(200);
  }
}

/** True when it takes our connection; false when it ended. */
async function waitUntilReady(
  folder: ServerFolder, port: number, password: string, isAlive: () => boolean, say: (line: string) => void,
): Promise<boolean> {
  const startedAt = Date.now();
  let told = false;
  while (isAlive()) {
    if (await answersForFolder(folder, port, password)) return true;
    const waitedMs = Date.now() - startedAt;
    if (waitedMs > READY_TIMEOUT_MS) {
      const message = `PostgreSQL runs on port ${port} and took no connection within ${READY_TIMEOUT_MS / 1000} s.`;
      throw new SluiceError('SERVER_UNREACHABLE', message, { hint: `See ${folder.postgresLog}.` });
    }
    if (waitedMs > 3000 && !told) {
      told = true;
      say('PostgreSQL: still getting ready (after a crash it first replays its log)');
    }
    await sleep(POLL_MS);
  }
  return false;
}

/** Another PostgreSQL may have taken the port: only one on these data counts. */
async function answersForFolder(folder: ServerFolder, port: number, password: string): Promise<boolean> {
  const client = new Client({ connectionString: databaseUrl(port, password, 'postgres'), connectionTimeoutMillis: 5000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ data: string }>(`select current_setting('data_directory') as data`);
    return (await realpath(rows[0]?.data ?? '')) === folder.postgresData;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** At each start: whoever made the data may have been killed before it came to this. */
async function makeDatabase(port: number, password: string): Promise<void> {
  const client = new Client({ connectionString: databaseUrl(port, password, 'postgres') });
  await client.connect();
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [DATABASE]);
    if (!rowCount) await client.query(`create database ${DATABASE}`);
  } finally {
    await client.end();
  }
}

/** PostgreSQL takes any living process with the pid of a stale file for a server. Its own check for orphans, by shared memory, remains. */
async function removeStrangersPidFile(folder: ServerFolder): Promise<void> {
  const [pid] = await readPidFile(folder);
  const isStrangers = pid && findProcessStart(pid) !== undefined && !isServerOf(folder, pid);
  if (isStrangers) await rm(join(folder.postgresData, 'postmaster.pid'), { force: true });
}

function isServerOf(folder: ServerFolder, pid: number): boolean {
  return `${findCommandLine(pid)} `.includes(` ${folder.postgresData} `) || findWorkingDirectory(pid) === folder.postgresData;
}

/** Lines of postmaster.pid: pid, data folder, start, port, … */
async function readPidFile(folder: ServerFolder): Promise<number[]> {
  const text = await readFile(join(folder.postgresData, 'postmaster.pid'), 'utf8').catch(() => '');
  return text.split('\n').slice(0, 4).map(Number);
}

function databaseUrl(port: number, password: string, database: string): string {
  return `postgres://${POSTGRES_ROLE}:${password}@${LOOPBACK}:${port}/${database}`;
}
