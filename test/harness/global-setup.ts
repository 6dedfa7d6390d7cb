/** Starts the servers of a test run before its first test file that needs them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { publishTestServers } from './test-servers';

declare global {
  var sluiceServerHost: ChildProcess | undefined;
}

export default async function globalSetup(): Promise<void> {
  // In a session of its own: Ctrl-C must not end it before it has stopped the servers.
  const host = spawn(process.execPath, [join(__dirname, 'server-host.js')], { detached: true, stdio: ['pipe', 'pipe', 'inherit'] });
  globalThis.sluiceServerHost = host;
  const lines = createInterface({ input: host.stdout });
  const [told] = (await Promise.race([once(lines, 'line'), once(host, 'exit').then(() => [undefined])])) as [string | undefined];
  if (told === undefined) throw new Error('The test servers did not start: see above.');
  publishTestServers(told);
}
