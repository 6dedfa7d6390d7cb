/**
 * Where the embedded servers keep what is theirs.
 *
 *     .sluice/            the state folder, by default in the current folder
 *       users/, lock/     who uses the servers, and who changes them now
 *       servers/          data, logs, ports and password of both; a link to /var/lib/sluice/… when we are root and the
 *                         user as whom PostgreSQL runs cannot reach this folder
 */
import { createHash, randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, realpath, rename, rmdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

import { SluiceError } from '../domain/errors';
import { canReach, getServerUser, type ServerUser } from './server-user';

const ROOTS_DATA = '/var/lib/sluice';

export interface ServerFolder {
  /** Real path of the servers' folder. */
  readonly path: string;
  readonly postgresData: string;
  readonly postgresLog: string;
  readonly postgresPassword: string;
  readonly temporalDatabase: string;
  /** A path in the command line of this folder's Temporal server, and of no other. */
  readonly temporalMark: string;
  readonly temporalLog: string;
  readonly temporalPid: string;
  readonly ports: string;
  /** As whom PostgreSQL runs; undefined: as ourselves. */
  readonly user: ServerUser | undefined;
}

export const lockFolder = (stateDir: string): string => join(resolve(stateDir), 'lock');
export const usersFolder = (stateDir: string): string => join(resolve(stateDir), 'users');

/** Makes the state folder itself, before anything is locked in it. */
export async function makeStateFolder(stateDir: string): Promise<void> {
  await makeOpenFolder(resolve(stateDir));
  // The folder holds a password and a database: never to be committed by accident.
  await writeFile(join(resolve(stateDir), '.gitignore'), '*\n');
}

/** The servers' folder of a state folder; undefined when none was ever started there. */
export async function findServerFolder(stateDir: string): Promise<ServerFolder | undefined> {
  const path = await realpath(join(resolve(stateDir), 'servers')).catch(() => undefined);
  return path === undefined ? undefined : describeFolder(path);
}

/**
 * The same, made when missing; call it with the folder locked.
 * @throws SluiceError INVALID_INPUT when it belongs to somebody else or cannot be made where PostgreSQL's user reaches it
 */
export async function openServerFolder(stateDir: string, say: (line: string) => void): Promise<ServerFolder> {
  const servers = join(resolve(stateDir), 'servers');
  if (!(await realpath(servers).catch(() => undefined))) await makeServerFolder(resolve(stateDir), servers, say);
  const folder = describeFolder(await realpath(servers));
  const ownerUid = (await stat(folder.path)).uid;
  const ownUid = process.getuid?.() ?? ownerUid;
  if (ownUid !== 0 && ownUid !== ownerUid) {
    const message = `The servers' data in ${folder.path} belong to another user (uid ${ownerUid}; you are ${ownUid}).`;
    throw new SluiceError('INVALID_INPUT', message, {
      hint: 'Run as that user, or in another folder.',
    });
  }
  if (!canReach(folder.user, folder.path)) {
    const message = `PostgreSQL must not run as root, and the user ${folder.user?.name} cannot reach its data in ${folder.path}.`;
    throw new SluiceError('INVALID_INPUT', message, {
      hint: 'Make the folders above it accessible (chmod o+x), run as an ordinary user, or set DATABASE_URL.',
    });
  }
  return folder;
}

/**
 * The password of the database, made before its data are and readable by its owner only.
 * @throws SluiceError INVALID_INPUT when the data are there and the password is not
 */
export async function readOrMakePassword(folder: ServerFolder): Promise<string> {
  const known = await readFile(folder.postgresPassword, 'utf8').catch(() => undefined);
  if (known) return known;
  if (await stat(folder.postgresData).catch(() => undefined)) {
    const message = `The password of the database in ${folder.postgresData} is missing: ${folder.postgresPassword} is gone or unreadable.`;
    throw new SluiceError('INVALID_INPUT', message, {
      hint: `Restore the file, or remove ${folder.path} and ingest again.`,
    });
  }
  const password = randomBytes(24).toString('hex');
  await writeFile(`${folder.postgresPassword}.new`, password, { mode: 0o600 });
  await rename(`${folder.postgresPassword}.new`, folder.postgresPassword);
  return password;
}

function describeFolder(path: string): ServerFolder {
  const postgresData = join(path, 'postgres');
  return {
    path,
    postgresData,
    postgresLog: join(path, 'postgres.log'),
    postgresPassword: join(path, 'postgres-password'),
    temporalDatabase: join(path, 'temporal.db'),
    temporalMark: join(path, 'temporal.env'),
    temporalLog: join(path, 'temporal.log'),
    temporalPid: join(path, 'temporal.pid'),
    ports: join(path, 'ports.json'),
    user: getServerUser(postgresData),
  };
}

async function makeServerFolder(stateDir: string, servers: string, say: (line: string) => void): Promise<void> {
  await makeOpenFolder(servers);
  const user = getServerUser(join(servers, 'postgres'));
  if (canReach(user, servers)) return;
  const name = createHash('sha256').update(await realpath(stateDir)).digest('hex').slice(0, 16);
  const elsewhere = join(ROOTS_DATA, name);
  say(`PostgreSQL must not run as root, and the user ${user?.name} cannot reach ${stateDir}: the servers' data are in ${elsewhere}`);
  await makeOpenFolder(ROOTS_DATA);
  await makeOpenFolder(elsewhere);
  await rmdir(servers);
  await symlink(elsewhere, servers);
}

/** A folder that others may pass through, whatever the umask: what is secret in it has its own mode. */
async function makeOpenFolder(path: string): Promise<void> {
  const made = await mkdir(path, { recursive: true });
  if (made !== undefined) await chmod(path, 0o755);
}
