/** Ends a server that need not be our child. */
import { setTimeout as sleep } from 'node:timers/promises';

import { SluiceError } from '../domain/errors';
import { findProcessStart } from './process-identity';

const POLL_MS = 20;

/**
 * Sends the signals one after the other, each with the time in ms that it is given, until the process is gone.
 * @throws SluiceError INTERNAL when it outlives them all
 */
export async function endProcess(pid: number, signals: readonly (readonly [NodeJS.Signals, number])[]): Promise<void> {
  const start = findProcessStart(pid);
  const isGone = (): boolean => start === undefined || findProcessStart(pid) !== start;
  for (const [signal, patienceMs] of signals) {
    if (isGone()) return;
    try {
      process.kill(pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
    for (const deadline = Date.now() + patienceMs; Date.now() < deadline && !isGone(); ) await sleep(POLL_MS);
  }
  if (!isGone()) throw new SluiceError('INTERNAL', `Process ${pid} did not end.`, { hint: `End it by hand: kill -9 ${pid}` });
}
