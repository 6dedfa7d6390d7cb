/** A database of its own for each test file, cloned from the migrated template in some tens of milliseconds. */
import { randomBytes } from 'node:crypto';

import { Client } from 'pg';

import { getTestServers } from './test-servers';

export interface TestDatabase {
  readonly url: string;
  /** Also ends connections that are still open. */
  drop(): Promise<void>;
}

export async function createTestDatabase(): Promise<TestDatabase> {
  const { databaseUrl, template } = getTestServers();
  const name = `test_${randomBytes(6).toString('hex')}`;
  await runSql(databaseUrl, `create database ${name} template ${template}`);
  return { url: withDatabase(databaseUrl, name), drop: () => runSql(databaseUrl, `drop database if exists ${name} with (force)`) };
}

/** One statement on a connection of its own. */
export async function runSql(databaseUrl: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

export function withDatabase(databaseUrl: string, name: string): string {
  const url = new URL(databaseUrl);
  url.pathname = `/${name}`;
  return url.href;
}
