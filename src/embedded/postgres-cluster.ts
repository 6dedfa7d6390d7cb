/** Makes the data folder of the embedded PostgreSQL. */
import { randomBytes } from 'node:crypto';
import { chown, mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { SluiceError } from '../domain/errors';
import { runCommand } from './run-command';
import type { ServerFolder } from './state-folder';

export const POSTGRES_ROLE = 'sluice';

const INITDB_TIMEOUT_MS = 120_000;

/** Letters are told from punctuation by LC_CTYPE; text sorts by code point everywhere, so no upgrade of the system can break an index. */
const CHARACTER_TYPES = ['C.UTF-8', 'en_US.UTF-8', 'C'];

/** Major version of the data, such as '18'; undefined when there are none yet. */
export async function findClusterVersion(folder: ServerFolder): Promise<string | undefined> {
  return (await readFile(join(folder.postgresData, 'PG_VERSION'), 'utf8').catch(() => undefined))?.trim();
}

/**
 * Makes the cluster when it is missing, in a folder beside that is renamed at the end: a crash leaves none or a whole one.
 * @throws SluiceError SERVER_UNREACHABLE with what initdb says
 */
export async function makeCluster(folder: ServerFolder, binDir: string, password: string): Promise<void> {
  if (await stat(folder.postgresData).catch(() => undefined)) return;
  await removeUnfinished(folder);
  const unfinished = `${folder.postgresData}.init-${randomBytes(4).toString('hex')}`;
  const [data, passwordFile] = [join(unfinished, 'data'), join(unfinished, 'password')];
  await mkdir(unfinished, { mode: 0o700 });
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (folder.user) for (const path of [unfinished, passwordFile]) await chown(path, folder.user.uid, folder.user.gid);
  let failure: string | undefined;
  for (const characterType of CHARACTER_TYPES) {
    await rm(data, { recursive: true, force: true });
    failure = await runInitdb(folder, binDir, data, passwordFile, characterType);
    if (!failure?.includes('invalid locale')) break;
  }
  if (failure) {
    throw new SluiceError('SERVER_UNREACHABLE', `PostgreSQL's data could not be made in ${dirname(folder.postgresData)}: ${failure}`, {
      hint: 'Mend what initdb names, or set DATABASE_URL.',
    });
  }
  await rename(data, folder.postgresData);
  await rm(unfinished, { recursive: true, force: true });
}

/** Undefined when it succeeded. */
async function runInitdb(
  folder: ServerFolder, binDir: string, data: string, passwordFile: string, characterType: string,
): Promise<string | undefined> {
  const result = await runCommand(join(binDir, 'initdb'), [
    '-D', data, '-U', POSTGRES_ROLE, `--pwfile=${passwordFile}`, '--auth=scram-sha-256', '--encoding=UTF8', '--locale=C',
    `--lc-ctype=${characterType}`, '--text-search-config=english',
  ], { timeoutMs: INITDB_TIMEOUT_MS, env: serverEnvironment(), user: folder.user });
  return result.ok ? undefined : `${result.stderr}\n${result.stdout}`.match(/^initdb: error: .*/m)?.[0] ?? result.failure;
}

/** Of killed starts. An initdb may still be at it, and removes the rest itself when it fails. */
async function removeUnfinished(folder: ServerFolder): Promise<void> {
  for (const name of await readdir(folder.path)) {
    if (!name.startsWith('postgres.init-')) continue;
    await rm(join(folder.path, name), { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
  }
}

/** PG* variables and the language of the user must not reach the server. */
export function serverEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], TMPDIR: process.env['TMPDIR'], LC_ALL: 'C' };
}
