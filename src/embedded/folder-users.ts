/** Who uses the servers of a state folder: a file for each use, named by the process, so that a killed one isn't counted. */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { isClaimAlive, newProcessClaim } from './process-identity';

/** Registers one use by this process and returns its name, to be handed to {@link removeUser}. */
export async function addUser(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const claim = newProcessClaim();
  await writeFile(join(folder, claim), '');
  return claim;
}

/** Ends one use. Returns how many others remain, of living processes. */
export async function removeUser(folder: string, claim: string): Promise<number> {
  await rm(join(folder, claim), { force: true });
  let remaining = 0;
  for (const other of await readdir(folder)) {
    if (isClaimAlive(other)) remaining += 1;
    else await rm(join(folder, other), { force: true });
  }
  return remaining;
}
