/** Work that must not be lost because the database is away: it is done again until it is back. */
import { setTimeout } from 'node:timers/promises';
import { isServerAway } from './server-errors';

const RETRY_MS = 500;

/**
 * Rejects with the work's error when that does not pass by itself, or once `abort` is aborted.
 * @param work told whether it was tried before; what it did then may have been committed
 */
export async function whileAway<T>(work: (isAgain: boolean) => Promise<T>, abort: AbortSignal): Promise<T> {
  for (let isAgain = false; ; isAgain = true) {
    try {
      return await work(isAgain);
    } catch (error) {
      if (!isServerAway(error)) throw error;
      await setTimeout(RETRY_MS, undefined, { signal: abort }).catch(() => {
        throw error;
      });
    }
  }
}
