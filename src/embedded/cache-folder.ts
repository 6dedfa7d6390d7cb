/** Where downloaded servers are kept, shared by all state folders of a user. */
import { accessSync, constants } from 'node:fs';
import { chmod, mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

import { isClaimAlive, newProcessClaim } from './process-identity';
import { canReach, type ServerUser } from './server-user';

const ROOTS_CACHE = '/var/cache/sluice';

/**
 * SLUICE_CACHE_DIR, else $XDG_CACHE_HOME/sluice, else ~/.cache/sluice. If the user as whom PostgreSQL runs can't reach that
 * (root's home is closed), /var/cache/sluice.
 */
export async function openCacheFolder(user: ServerUser | undefined, say: (line: string) => void): Promise<string> {
  const xdg = process.env['XDG_CACHE_HOME'];
  const own = resolve(process.env['SLUICE_CACHE_DIR'] || join(xdg?.startsWith('/') ? xdg : join(homedir(), '.cache'), 'sluice'));
  await makeOpenFolder(own);
  if (canReach(user, own)) return own;
  await rmdir(own).catch(() => undefined);
  if (process.env['SLUICE_CACHE_DIR']) say(`The user ${user?.name}, as whom PostgreSQL runs, cannot reach ${own}: using ${ROOTS_CACHE}`);
  await makeOpenFolder(ROOTS_CACHE);
  return ROOTS_CACHE;
}

/**
 * A folder of the cache with everything in it that `fill` writes, or nothing: filled beside and renamed. Of two processes at once both
 * may fill; the later one takes the earlier one's.
 */
export async function cacheOnce(cacheDir: string, name: string, fill: (folder: string) => Promise<void>): Promise<string> {
  const target = join(cacheDir, name);
  await removeLeftovers(cacheDir);
  const partial = join(cacheDir, `partial.${newProcessClaim()}`);
  await makeOpenFolder(partial);
  try {
    await fill(partial);
    await rename(partial, target).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
  return target;
}

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function removeLeftovers(cacheDir: string): Promise<void> {
  for (const name of await readdir(cacheDir)) {
    if (name.startsWith('partial.') && !isClaimAlive(name.slice('partial.'.length))) await rm(join(cacheDir, name), { recursive: true, force: true });
  }
}

async function makeOpenFolder(path: string): Promise<void> {
  if ((await mkdir(path, { recursive: true })) !== undefined) await chmod(path, 0o755);
}
