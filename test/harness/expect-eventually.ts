/** Waits for what another process is about to do, instead of sleeping for as long as it may take. */
import { setTimeout as sleep } from 'node:timers/promises';

const INTERVAL_MS = 50;

/**
 * Calls `probe` until it no longer throws and returns its value.
 * @throws the probe's last error when `timeoutMs` (30 s by default) have passed
 */
export async function expectEventually<T>(probe: () => T | Promise<T>, { timeoutMs = 30_000 }: { timeoutMs?: number } = {}): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      return await probe();
    } catch (error) {
      if (Date.now() >= deadline) {
        if (error instanceof Error) error.message = `${error.message}\n(still so after ${timeoutMs} ms)`;
        throw error;
      }
    }
    await sleep(INTERVAL_MS);
  }
}
