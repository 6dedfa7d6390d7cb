/** Where downloaded servers are kept, shared by all state folders of a user. */
import { accessSync, constants } from 'node:fs';
import { chmod, mkdir, readdir, rename, rm, rmdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

import { isClaimAlive, newProcessClaim } from './process-identity';
import { canReach, type ServerUser } from './server-user';

const ROOTS_CACHE = '/var/cache/sluice';

/**
 * SLUICE_CACHE_DIR, else $XDG_CACHE_HOME/sluice, else ~/.cache/sluice. Where that can't be made, or the user as whom PostgreSQL runs can't
 * reach it (root's home is closed): /var/cache/sluice for root, for others a folder in the state folder.
 */
export async function openCacheFolder(stateDir: string, user: ServerUser | undefined, say: (line: string) => void): Promise<string> {
  const xdg = process.env['XDG_CACHE_HOME'];
  const chosen = process.env['SLUICE_CACHE_DIR'];
  const own = resolve(chosen || join(xdg?.startsWith('/') ? xdg : join(homedir(), '.cache'), 'sluice'));
  const fallback = user ? ROOTS_CACHE : resolve(stateDir, 'cache');
  try {
    const made = await makeOpenFolder(own);
    if (canReach(user, own)) return own;
    if (made) await rmdir(own);
    if (chosen) say(`The user ${user?.name}, as whom PostgreSQL runs, cannot reach ${own}: using ${fallback}`);
  } catch (error) {
    say(`The cache ${own} cannot be made (${(error as Error).message}): using ${fallback}`);
  }
  await makeOpenFolder(fallback);
  return fallback;
}

/**
 * Makes a folder of the cache, with everything in it that `fill` writes or not at all: filled beside and renamed. Of two processes at once
 * both may fill; the later one takes the earlier one's, if `isWhole` says yes to it.
 */
export async function fillCache(
  cacheDir: string, name: string, isWhole: (folder: string) => boolean, fill: (folder: string) => Promise<void>,
): Promise<string> {
  const target = join(cacheDir, name);
  await removeLeftovers(cacheDir);
  const partial = join(cacheDir, `partial.${newProcessClaim()}`);
  await makeOpenFolder(partial);
  try {
    await fill(partial);
    if (!isWhole(partial)) throw new Error('what was downloaded does not hold the program');
    await rename(partial, target).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
      if (isWhole(target)) return;
      await rm(target, { recursive: true, force: true });
      await rename(partial, target);
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
    const [, claim] = /^partial\.(.+)$/.exec(name) ?? [];
    if (claim !== undefined && !isClaimAlive(claim)) await rm(join(cacheDir, name), { recursive: true, force: true });
  }
}

/** Returns whether it was missing. */
async function makeOpenFolder(path: string): Promise<boolean> {
  const wasMissing = (await mkdir(path, { recursive: true })) !== undefined;
  if (wasMissing) await chmod(path, 0o755);
  return wasMissing;
}
