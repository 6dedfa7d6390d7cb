/**
 * As whom PostgreSQL runs when we are root, which it refuses. For everybody else the answer is: as yourself (undefined).
 * The user must be able to reach programs and data; that is asked of the system itself, so that access lists and mounts count too.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';

import { SluiceError } from '../domain/errors';

export interface ServerUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/** System users that exist nearly everywhere and own nothing of importance, the best one first. */
const CANDIDATES = ['postgres', '_postgres', 'nobody', 'daemon'];

/**
 * The user for a data folder: its owner when it exists, else the first of the usual system users.
 * @throws SluiceError INVALID_INPUT when root finds no other user
 */
export function getServerUser(dataDir: string): ServerUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const users = readUsers();
  const owner = statSync(dataDir, { throwIfNoEntry: false })?.uid;
  const ordinary = CANDIDATES.flatMap((candidate) => users.filter(({ name }) => name === candidate));
  const user = users.find(({ uid }) => uid === owner && uid !== 0) ?? ordinary[0];
  if (user) return user;
  throw new SluiceError('INVALID_INPUT', `PostgreSQL refuses to run as root, and none of the users ${CANDIDATES.join(', ')} exists.`, {
    hint: 'Run as an ordinary user, create a system user named postgres, or set DATABASE_URL.',
  });
}

/** Whether the user can enter a folder, or execute a file. */
export function canReach(user: ServerUser | undefined, path: string): boolean {
  return spawnSync('/bin/sh', ['-c', 'test -x "$0"', path], { cwd: '/', uid: user?.uid, gid: user?.gid, stdio: 'ignore' }).status === 0;
}

function readUsers(): ServerUser[] {
  return readFileSync('/etc/passwd', 'utf8').split('\n').flatMap((line) => {
    const [name, , uid, gid] = line.split(':');
    return name && uid && gid && !name.startsWith('#') ? [{ name, uid: Number(uid) >>> 0, gid: Number(gid) >>> 0 }] : [];
  });
}
