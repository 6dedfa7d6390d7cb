/**
 * One process at a time in a folder, on any file system and without a native module: Lamport's bakery, a file a process.
 * A lock file that everybody fights for can't be taken over safely from a dead holder (two may remove it, one of them the other's new
 * one); here each file has one owner for ever, and files of dead processes are simply not counted.
 */
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { isClaimAlive, newProcessClaim } from './process-identity';

const POLL_MS = 50;

/**
 * Runs `action` while no other process (and no other call in this one) runs one in the same folder.
 * @param onWait called once when somebody else is in, with their pid
 */
export async function withFolderLock<T>(folder: string, action: () => Promise<T>, onWait: (pid: number) => void): Promise<T> {
  await mkdir(folder, { recursive: true });
  const claim = newProcessClaim();
  const choosing = join(folder, `choosing.${claim}`);
  await writeFile(choosing, '');
  const number = 1 + Math.max(0, ...(await readTickets(folder)).map((ticket) => ticket.number));
  const ticket = join(folder, `ticket.${number}.${claim}`);
  try {
    await writeFile(ticket, '');
    await rm(choosing);
    await waitForTurn(folder, { number, claim }, onWait);
    return await action();
  } finally {
    await rm(choosing, { force: true });
    await rm(ticket, { force: true });
  }
}

interface Ticket {
  readonly number: number;
  readonly claim: string;
}

async function waitForTurn(folder: string, own: Ticket, onWait: (pid: number) => void): Promise<void> {
  let told = false;
  for (;;) {
    // In this order and in two readings: who no longer chooses in the first has its ticket there in the second.
    const someoneChooses = (await readdir(folder)).some((name) => name.startsWith('choosing.') && isClaimAlive(name.slice(9)));
    const ahead = (await readTickets(folder)).find((other) => comesBefore(other, own));
    if (!someoneChooses && !ahead) return;
    if (ahead && !told) {
      told = true;
      onWait(Number(ahead.claim.split('-')[0]));
    }
    await sleep(POLL_MS);
  }
}

function comesBefore(a: Ticket, b: Ticket): boolean {
  return a.number < b.number || (a.number === b.number && a.claim < b.claim);
}

/** Tickets of living processes; those of dead ones are removed on the way. */
async function readTickets(folder: string): Promise<Ticket[]> {
  const tickets: Ticket[] = [];
  for (const name of await readdir(folder)) {
    const [, kind, number, claim] = /^(ticket|choosing)\.(?:(\d+)\.)?(.+)$/.exec(name) ?? [];
    if (claim === undefined) continue;
    if (!isClaimAlive(claim)) await rm(join(folder, name), { force: true });
    else if (kind === 'ticket') tickets.push({ number: Number(number), claim });
  }
  return tickets;
}
