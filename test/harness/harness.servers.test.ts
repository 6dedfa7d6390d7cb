import { Connection } from '@temporalio/client';
import { Client } from 'pg';

import { startProcess } from './start-process';
import { createTestDatabase } from './test-database';
import { createTestNamespace } from './test-namespace';
import { getTestServers } from './test-servers';

test('a test database is migrated, holds nothing of another one and is dropped with connections open', async () => {
  const [one, other] = await Promise.all([createTestDatabase(), createTestDatabase()]);
  const client = new Client({ connectionString: one.url });
  const lost = new Promise((resolve) => client.on('error', resolve));
  await client.connect();
  await client.query('create table public.only_here (id int)');
  expect((await client.query('select from sluice.ingestion_jobs')).rowCount).toBe(0);
  const second = new Client({ connectionString: other.url });
  await second.connect();
  expect((await second.query("select to_regclass('public.only_here') as found")).rows).toEqual([{ found: null }]);
  await second.end();
  await Promise.all([one.drop(), other.drop()]);
  await lost;
  await expect(new Client({ connectionString: one.url }).connect()).rejects.toThrow('does not exist');
});

test('a test namespace has the search attributes', async () => {
  const namespace = await createTestNamespace();
  const connection = await Connection.connect({ address: getTestServers().temporalAddress });
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
    expect(Object.keys(customAttributes)).toEqual(expect.arrayContaining(['SluiceCollection', 'SluiceJobStatus', 'SluicePausedPhases']));
  } finally {
    await connection.close();
  }
});

test('a process is waited for, read and killed', async () => {
  const echo = 'console.error("ready"); process.stdin.on("data", (text) => console.log("got " + text))';
  const child = startProcess(process.execPath, ['-e', echo]);
  await child.waitForLine(/^ready$/);
  child.write('a line\n');
  expect(await child.waitForLine(/^got/)).toBe('got a line');
  await expect(child.waitForLine(/never/, { timeoutMs: 100 })).rejects.toThrow('No line matches /never/');
  child.kill('SIGKILL');
  expect(await child.exit).toEqual({ code: null, signal: 'SIGKILL' });
  await expect(child.waitForLine(/never/)).rejects.toThrow('It ended');
});
