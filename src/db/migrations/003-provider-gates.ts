import { sql, type Kysely } from 'kysely';

/** What all workers know together of an embedding provider: its limits, its refusals, its outages. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(CREATE_PROVIDER_GATES).execute(db);
}

const CREATE_PROVIDER_GATES = `
create table sluice.provider_gates (
  provider text not null,
  model text not null,
  -- when the next request may be sent, by the limit on requests and by that on tokens: both move on with each that is
  requests_at timestamptz not null default '-infinity',
  tokens_at timestamptz not null default '-infinity',
  -- nobody sends before: the provider has asked for it
  blocked_until timestamptz,
  -- requests a minute at limited_at, when the provider last said that they were too many; from then on it grows. null: it never has
  learned_rate double precision,
  limited_at timestamptz,
  -- refusals for too many requests, in a row
  refusals integer not null default 0,
  -- requests granted, those before recent_at counting less and less
  recent double precision not null default 0,
  recent_at timestamptz not null default now(),
  -- in a row; above 0 there is an outage, and one request at a time finds out whether it is over
  failures integer not null default 0,
  failed_at timestamptz,
  failure text,
  -- when the next one may find out, and until when nobody else may while one does
  probe_at timestamptz,
  probing_until timestamptz,
  -- the end of the last outage
  answered_at timestamptz,
  primary key (provider, model)
);
`;
