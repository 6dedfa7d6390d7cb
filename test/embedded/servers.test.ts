import { once } from 'node:events';
import {
  chmodSync, chownSync, existsSync, lstatSync, readdirSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

import { Client } from 'pg';

import { openCacheFolder } from '../../src/embedded/cache-folder';
import { findCommandLine } from '../../src/embedded/process-identity';
import { canReach, getServerUser } from '../../src/embedded/server-user';
import { acquireServers, findRunningServers, type Servers, type ServersRequest, stopServers } from '../../src/embedded/servers';
import { expectEventually } from '../harness/expect-eventually';
import { startProcess, type TestProcess } from '../harness/start-process';
import { createTestFolder } from '../harness/test-folder';

const PARENT = join(__dirname, 'acquire-child.js');
const IS_ROOT = process.getuid?.() === 0;
/** What only root can set up: elsewhere it is no test, rather than a skipped one. */
const testAsRoot: (name: string, run: () => Promise<void>) => void = IS_ROOT ? test : () => undefined;

// No Temporal where the test is about what both share or PostgreSQL alone: it takes a second to start and one to stop.
const FOREIGN_TEMPORAL = '127.0.0.1:1';

let stateDir: string;
let said: string[];

beforeEach(() => {
  stateDir = join(createTestFolder(), 'state of #1, 100%?');
  said = [];
});

afterEach(() => stopServers(stateDir, () => undefined));

function request(over: Partial<ServersRequest> = {}): ServersRequest {
  return { stateDir, temporalAddress: FOREIGN_TEMPORAL, say: (line) => said.push(line), mayStart: true, ...over };
}

async function query<T extends object>(databaseUrl: string, sql: string): Promise<T[]> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** Inserts numbers one by one until the server is gone; returns those that were acknowledged. */
async function writeUntilItDies(databaseUrl: string, onFirst: () => void): Promise<number[]> {
  const client = new Client({ connectionString: databaseUrl });
  client.on('error', () => undefined);
  await client.connect();
  await client.query('create table written (id int primary key)');
  const acknowledged: number[] = [];
  try {
    for (let id = 1; ; id += 1) {
      await client.query('insert into written values ($1)', [id]);
      acknowledged.push(id);
      if (id === 50) onFirst();
    }
  } catch {
    return acknowledged;
  }
}

function postmasterPid(): number {
  return Number(readFileSync(join(stateDir, 'servers', 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]);
}

function startParent(...args: string[]): TestProcess {
  return startProcess(process.execPath, [PARENT, stateDir, ...args]);
}

test('both servers are started, shared by a second user, and stopped by the last one', async () => {
  const first = await acquireServers(request({ temporalAddress: undefined, namespace: 'of-a-user' }));
  expect(first.started).toEqual(['postgres', 'temporal']);
  await query(first.databaseUrl, 'create extension vector');
  expect(await query(first.databaseUrl, "select '[1,2]'::vector <-> '[1,3]'::vector as distance")).toEqual([{ distance: 1 }]);
  for (const [name, setting] of [['fsync', 'on'], ['synchronous_commit', 'on'], ['listen_addresses', '127.0.0.1']]) {
    expect(await query(first.databaseUrl, `select current_setting('${name}') as setting`)).toEqual([{ setting }]);
  }
  expect(existsSync(join(stateDir, 'servers', 'temporal.db'))).toBe(true);
  expect(statSync(join(stateDir, 'servers', 'postgres-password')).mode & 0o777).toBe(0o600);

  const second = await acquireServers(request({ temporalAddress: undefined, mayStart: false }));
  const { databaseUrl, temporalAddress, temporalUiUrl } = first;
  expect(second).toMatchObject({ databaseUrl, temporalAddress, temporalUiUrl, started: [] });

  await first.release();
  await first.release();
  expect(await findRunningServers(stateDir)).toEqual({ databaseUrl, temporalAddress, temporalUiUrl });
  expect((await fetch(`${temporalUiUrl}`)).status).toBe(200);
  await second.release();
  expect(await findRunningServers(stateDir)).toBeUndefined();
});

test('what was left running is found, and addresses stay the same over a stop', async () => {
  const first = await acquireServers(request());
  await first.release({ keep: true });
  const second = await acquireServers(request());
  expect(second).toMatchObject({ databaseUrl: first.databaseUrl, started: [] });
  await second.release();
  const third = await acquireServers(request());
  expect(third).toMatchObject({ databaseUrl: first.databaseUrl, started: ['postgres'] });
  await third.release();
});

test('several processes at once get one server, and it lives until the last has gone', async () => {
  const parents = [startParent(), startParent(), startParent()];
  const lines = await Promise.all(parents.map((parent) => parent.waitForLine(/^\{/)));
  const servers = lines.map((line) => JSON.parse(line) as Servers);
  expect(new Set(servers.map(({ databaseUrl }) => databaseUrl)).size).toBe(1);
  expect(servers.flatMap(({ started }) => started)).toEqual(['postgres']);
  for (const parent of parents) {
    expect(await findRunningServers(stateDir)).toBeDefined();
    parent.write('release\n');
    expect(await parent.exit).toEqual({ code: 0, signal: null });
  }
  expect(await findRunningServers(stateDir)).toBeUndefined();
});

test('kill -9 of the postmaster in the middle of writes loses nothing that was acknowledged', async () => {
  const first = await acquireServers(request());
  const acknowledged = await writeUntilItDies(first.databaseUrl, () => process.kill(postmasterPid(), 'SIGKILL'));
  expect(acknowledged.length).toBeGreaterThanOrEqual(50);
  const second = await acquireServers(request());
  expect(second).toMatchObject({ databaseUrl: first.databaseUrl, started: ['postgres'] });
  const rows = await query<{ id: number }>(second.databaseUrl, 'select id from written order by id');
  expect(rows.map(({ id }) => id).slice(0, acknowledged.length)).toEqual(acknowledged);
  await first.release();
  await second.release();
});

test('kill -9 of the parent in the middle of writes: the servers live on, are found again, and hold what was acknowledged', async () => {
  const parent = startParent('write');
  await parent.waitForLine(/^acknowledged 200$/);
  parent.kill('SIGKILL');
  await parent.exit;
  const second = await acquireServers(request({ mayStart: false }));
  expect(second.started).toEqual([]);
  const acknowledged = parent.stdout.split('\n').flatMap((line) => /^acknowledged (\d+)$/.exec(line)?.[1] ?? []).map(Number);
  const rows = await query<{ id: number }>(second.databaseUrl, 'select id from written order by id');
  expect(rows.map(({ id }) => id).slice(0, acknowledged.length)).toEqual(acknowledged);
  // The killed one no longer counts as a user.
  await second.release();
  expect(await findRunningServers(stateDir)).toBeUndefined();
});

test.each(['postgres-password', 'postgres'])('kill -9 of the parent when it has just made %s: the next start succeeds', async (name) => {
  const parent = startParent();
  await expectEventually(() => expect(readdirSync(join(stateDir, 'servers'))).toContain(name));
  parent.kill('SIGKILL');
  await parent.exit;
  const servers = await acquireServers(request());
  expect(await query(servers.databaseUrl, 'select 1 as one')).toEqual([{ one: 1 }]);
  await servers.release();
});

test('a foreign program on the remembered port is left alone', async () => {
  const first = await acquireServers(request());
  await first.release();
  const port = Number(new URL(first.databaseUrl).port);
  const foreign = createServer().listen(port, '127.0.0.1');
  await once(foreign, 'listening');
  try {
    const second = await acquireServers(request());
    expect(new URL(second.databaseUrl).port).not.toBe(String(port));
    expect(said).toContainEqual(expect.stringContaining(`port ${port} is taken by another program`));
    await second.release();
  } finally {
    foreign.close();
  }
});

test("pid files that name another program's process stop nothing and start anew", async () => {
  const first = await acquireServers(request({ temporalAddress: undefined }));
  await first.release();
  const user = getServerUser(join(stateDir, 'servers', 'postgres'));
  // As the server's own user, since PostgreSQL takes only its own processes for a running server.
  const stranger = startProcess('sleep', ['1000'], { user });
  const [data, { port }] = [join(stateDir, 'servers', 'postgres'), new URL(first.databaseUrl)];
  const pidFile = join(data, 'postmaster.pid');
  writeFileSync(pidFile, [stranger.pid, data, 1, port, '', '127.0.0.1', '0 0', 'ready', ''].join('\n'));
  chmodSync(pidFile, 0o600);
  if (user) chownSync(pidFile, user.uid, user.gid);
  writeFileSync(join(stateDir, 'servers', 'temporal.pid'), `${stranger.pid}\n`);

  expect(await findRunningServers(stateDir)).toBeUndefined();
  const second = await acquireServers(request({ temporalAddress: undefined }));
  expect(second.started).toEqual(['postgres', 'temporal']);
  await second.release();
  expect(findCommandLine(stranger.pid)).toBe('sleep 1000');
});

test('servers that are given are not looked for, and nothing is made', async () => {
  const given = { databaseUrl: 'postgres://elsewhere/db', temporalAddress: 'elsewhere:7233' };
  const servers = await acquireServers(request(given));
  expect(servers).toMatchObject({ ...given, namespace: 'default', started: [] });
  await servers.release();
  expect(existsSync(stateDir)).toBe(false);
});

test('without the right to start, missing servers are SERVER_UNREACHABLE, and nothing is made', async () => {
  await expect(acquireServers(request({ mayStart: false }))).rejects.toMatchObject({ code: 'SERVER_UNREACHABLE' });
  expect(existsSync(stateDir)).toBe(false);
});

test('a server that cannot start says why in the error, and none is left', async () => {
  await (await acquireServers(request())).release();
  writeFileSync(join(stateDir, 'servers', 'postgres', 'postgresql.conf'), 'no_such_setting = 1\n');
  const message: unknown = expect.stringContaining('no_such_setting');
  await expect(acquireServers(request())).rejects.toMatchObject({ code: 'SERVER_UNREACHABLE', message });
  expect(await findRunningServers(stateDir)).toBeUndefined();
});

testAsRoot('as root, in a folder closed to others, the data are where the server can reach them', async () => {
  chmodSync(join(stateDir, '..'), 0o700);
  const servers = await acquireServers(request());
  try {
    expect(lstatSync(join(stateDir, 'servers')).isSymbolicLink()).toBe(true);
    expect(said).toContainEqual(expect.stringContaining('must not run as root'));
    expect(await query(servers.databaseUrl, 'select 1 as one')).toEqual([{ one: 1 }]);
  } finally {
    await servers.release();
    rmSync(realpathSync(join(stateDir, 'servers')), { recursive: true });
  }
});

testAsRoot('as an ordinary user with an own home', async () => {
  const user = { uid: 65534, gid: 65534 };
  expect({ path: PARENT, reached: canReach({ name: 'nobody', ...user }, join(PARENT, '..')) }).toEqual({ path: PARENT, reached: true });
  const home = join(stateDir, '..');
  chownSync(home, user.uid, user.gid);
  // The programs that this test run has already: taking them again is what find-servers.test.ts is about.
  const cache = await openCacheFolder(home, getServerUser(home), () => undefined);
  const env = { HOME: home, SLUICE_CACHE_DIR: cache };
  const parent = startProcess(process.execPath, [PARENT, stateDir, 'both'], { user, cwd: home, env });
  const { databaseUrl, started } = JSON.parse(await parent.waitForLine(/^\{/)) as Servers;
  expect(started).toEqual(['postgres', 'temporal']);
  expect(await query(databaseUrl, 'select 1 as one')).toEqual([{ one: 1 }]);
  expect(statSync(join(stateDir, 'servers', 'postgres')).uid).toBe(user.uid);
  parent.write('release\n');
  expect(await parent.exit).toEqual({ code: 0, signal: null });
  expect(await findRunningServers(stateDir)).toBeUndefined();
});
