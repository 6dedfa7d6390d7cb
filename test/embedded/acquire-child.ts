/** Child process of servers.test.ts: `acquire-child <state folder> [write|both]`. Prints the servers, releases them at a line of input. */
import { once } from 'node:events';

import { Client } from 'pg';

import { acquireServers } from '../../src/embedded/servers';

async function main(stateDir: string, mode: string | undefined): Promise<void> {
  const servers = await acquireServers({
    stateDir, mayStart: true, say: (line) => console.error(line), temporalAddress: mode === 'both' ? undefined : '127.0.0.1:1',
  });
  console.log(JSON.stringify(servers));
  if (mode === 'write') await write(servers.databaseUrl);
  await once(process.stdin, 'data');
  await servers.release();
}

/** Writes numbers one by one for ever, telling each that was acknowledged. */
async function write(databaseUrl: string): Promise<never> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query('create table written (id int primary key)');
  for (let id = 1; ; id += 1) {
    await client.query('insert into written values ($1)', [id]);
    console.log(`acknowledged ${id}`);
  }
}

main(process.argv[2] ?? '', process.argv[3]).then(
  () => process.exit(0),
  (error: Error) => {
    console.error(error);
    process.exit(1);
  },
);
