/**
 * Holds the servers of one test run: a process of its own that starts them in a folder made for it, tells their addresses on standard
 * output, and stops them and removes the folder when its standard input ends. So they go when jest is done, and no less when jest is
 * interrupted or killed.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { acquireServers } from '../../src/embedded/servers';
import { makeTemplateDatabase } from './template-database';
import type { TestServers } from './test-servers';

/** Histories are cut long before the default of 4,096 events, so that ordinary jobs of tests go through continue-as-new. */
const CONTINUE_AS_NEW_EVENTS = 200;

async function main(): Promise<void> {
  const parentIsGone = new Promise<void>((resolve) => process.stdin.on('end', resolve).on('error', resolve).resume());
  const folder = await mkdtemp(join(tmpdir(), 'sluice-test-run-'));
  await chmod(folder, 0o755);
  try {
    const servers = await acquireServers({
      stateDir: join(folder, 'state'),
      mayStart: true,
      say: (line) => process.stderr.write(`test servers: ${line}\n`),
      temporalDynamicConfig: { 'limit.historyCount.suggestContinueAsNew': CONTINUE_AS_NEW_EVENTS },
    });
    try {
      const template = await makeTemplateDatabase(servers.databaseUrl);
      const told: TestServers = { databaseUrl: servers.databaseUrl, template, temporalAddress: servers.temporalAddress };
      process.stdout.write(`${JSON.stringify(told)}\n`);
      await parentIsGone;
    } finally {
      await servers.release();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

// The parent's end of the pipe may be gone when we write to it: that is what standard input tells.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
main().then(
  () => process.exit(0),
  (error: Error) => {
    process.stderr.write(`test servers: ${error.message}\n`);
    process.exit(1);
  },
);
