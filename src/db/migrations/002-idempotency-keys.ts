import { sql, type Kysely } from 'kysely';

/** What HTTP clients have asked for under a key of their own, so that a repeated request finds the job of the first. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(CREATE_IDEMPOTENCY_KEYS).execute(db);
}

const CREATE_IDEMPOTENCY_KEYS = `
create table sluice.idempotency_keys (
  key text primary key,
  request jsonb not null,
  -- written before the start: no reference, the job may come into being later, or never
  job_id text not null,
  created_at timestamptz not null default now()
);
create index idempotency_keys_oldest on sluice.idempotency_keys (created_at);
`;
