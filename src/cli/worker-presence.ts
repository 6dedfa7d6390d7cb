/**
 * Tells commands in the same folder that a lasting worker (`up`, `worker`) runs beside the embedded servers, so that `ingest` needs none of
 * its own: a file a worker in `.sluice/workers/`, named by its process, so that a killed one doesn't count. Temporal can't tell: it
 * remembers pollers for minutes.
 */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { addUser, removeUser } from '../embedded/folder-users';
import { isClaimAlive } from '../embedded/process-identity';

/** Answers how to withdraw it. */
export async function announceWorker(stateDir: string): Promise<() => Promise<void>> {
  const claim = await addUser(folderOf(stateDir));
  return async () => void (await removeUser(folderOf(stateDir), claim));
}

export async function hasAnnouncedWorker(stateDir: string): Promise<boolean> {
  const claims = await readdir(folderOf(stateDir)).catch(() => []);
  return claims.some(isClaimAlive);
}

function folderOf(stateDir: string): string {
  return path.join(stateDir, 'workers');
}
