import { Migrator, type Migration } from 'kysely';
import { connect } from './connect';
import * as initial from './migrations/001-initial';
import * as idempotencyKeys from './migrations/002-idempotency-keys';
import * as providerGates from './migrations/003-provider-gates';
import * as statusChanges from './migrations/004-status-changes';
import * as workDone from './migrations/005-work-done';
import * as embeddingClaims from './migrations/006-embedding-claims';

/** In order. A migration that has been released is never changed. */
const MIGRATIONS: Record<string, Migration> = {
  '001-initial': initial,
  '002-idempotency-keys': idempotencyKeys,
  '003-provider-gates': providerGates,
  '004-status-changes': statusChanges,
  '005-work-done': workDone,
  '006-embedding-claims': embeddingClaims,
};

/** Somebody waits for it at a prompt. */
const CONNECT_TIMEOUT_MS = 5_000;

/** Brings the schema `sluice` up to date; two at once wait for each other. Rejects with what the database said. */
export async function migrateToLatest(databaseUrl: string): Promise<{ applied: string[] }> {
  const db = connect(databaseUrl, { maxConnections: 1, connectTimeoutMs: CONNECT_TIMEOUT_MS });
  try {
    const migrator = new Migrator({ db, provider: { getMigrations: async () => MIGRATIONS }, migrationTableSchema: 'sluice' });
    const { error, results } = await migrator.migrateToLatest();
    if (error !== undefined) throw error;
    return { applied: (results ?? []).map((result) => result.migrationName) };
  } finally {
    await db.destroy();
  }
}
