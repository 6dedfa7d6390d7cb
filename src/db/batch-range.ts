import { sql, type RawBuilder } from 'kysely';
import type { Db } from './connect';

/** The ordinals of a batch: [first, end). Empty for a batch that there isn't, or no longer is. */
export interface BatchRange {
  first: number;
  end: number;
}

export async function findBatchRange(db: Db, jobId: string, batch: number): Promise<BatchRange> {
  const row = await db.selectFrom('job_batches').select(['first_ordinal as first', 'end_ordinal as end']).where('job_id', '=', jobId).where('batch', '=', batch).executeTakeFirst();
  return row ?? { first: 0, end: 0 };
}

/**
 * The rows of a batch in a table of the job's staging. Said of every table of a query, with the bounds as values: through a join the planner,
 * which has no statistics of rows that come and go, would rather read all of the job's rows for each batch.
 */
export function inBatch(table: string, jobId: string, { first, end }: BatchRange, ordinal = 'ordinal'): RawBuilder<boolean> {
  const column = sql.ref(`${table}.${ordinal}`);
  return sql<boolean>`(${sql.ref(`${table}.job_id`)} = ${jobId} and ${column} >= ${first} and ${column} < ${end})`;
}
