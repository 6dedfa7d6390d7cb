import { Kysely, PostgresDialect } from 'kysely';
import { Pool, TypeOverrides, types } from 'pg';
import type { Database } from './schema';

export type Db = Kysely<Database>;

/** Connections of one process: batches wait here for their turn rather than for a refusal of the server. */
const MAX_CONNECTIONS = 12;

/** A peer that is gone without a word is noticed within half a minute. By default it takes hours, in which a query waits and a lock is kept. */
const KEEP_ALIVE_MS = 10_000;
const SERVER_SIDE = '-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3 -c tcp_user_timeout=30000';

/**
 * Opens a pool on the schema `sluice`. Nothing is connected before the first query. bigint comes back as a number: no count and no
 * offset here gets near 2^53.
 */
export function connect(databaseUrl: string, options: { maxConnections?: number; connectTimeoutMs?: number } = {}): Db {
  const overrides = new TypeOverrides();
  overrides.setTypeParser(types.builtins.INT8, Number);
  const pool = new Pool({
    connectionString: databaseUrl,
    max: options.maxConnections ?? MAX_CONNECTIONS,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 10_000,
    application_name: 'sluice',
    options: `-c search_path=sluice,public ${SERVER_SIDE}`,
    types: overrides,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
  });
  // A connection that dies is dropped from the pool, what ran on it rejects, and the next query opens another. Unheard, the event would
  // end the process: that of idle connections is the pool's, that of those at work their own.
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  return new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
}
