import { sql, type Kysely } from 'kysely';

/** Which texts some batch has in hand: those of others are waited for, not paid for again. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql.raw(CREATE_EMBEDDING_CLAIMS).execute(db);
}

const CREATE_EMBEDDING_CLAIMS = `
-- After a crash of the server there are none: who had one finds out before the next request.
create unlogged table sluice.embedding_claims (
  model_id int not null references sluice.models on delete cascade,
  text_hash bytea not null,
  job_id text not null,
  batch int not null,
  -- an attempt at the batch
  holder uuid not null,
  until timestamptz not null,
  primary key (model_id, text_hash)
);
create index embedding_claims_of_batch on sluice.embedding_claims (job_id, batch);
`;
