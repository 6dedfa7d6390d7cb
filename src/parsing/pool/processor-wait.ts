import { readFileSync } from 'node:fs';

/**
 * How long the main thread of a process has waited for a processor while it had something to do, since its start.
 * @returns ms; undefined: the process is gone, or this system does not tell (it is Linux's scheduler that does)
 */
export function findProcessorWaitMs(pid: number): number | undefined {
  try {
    const [, waitedNs] = readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ');
    return Number(waitedNs) / 1e6;
  } catch {
    return undefined;
  }
}
