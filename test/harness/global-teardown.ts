/** Stops the servers of a test run after its last test file. */
import { once } from 'node:events';

export default async function globalTeardown(): Promise<void> {
  const host = globalThis.sluiceServerHost;
  if (!host || host.exitCode !== null) return;
  host.stdin?.end();
  await once(host, 'exit');
}
