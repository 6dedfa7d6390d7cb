/** The coarsest clock of a file system in use: FAT counts in steps of 2 s, some network file systems in seconds. */
const COARSEST_TICK_MS = 2_000;

/** Whether a change from now on will show in the time of last modification. */
export function hasSettled(modifiedAtMs: number): boolean {
  return Date.now() - modifiedAtMs > COARSEST_TICK_MS;
}
