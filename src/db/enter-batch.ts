/**
 * The outcomes of a batch's documents and the batch's counts of them must agree for ever, though an attempt that its worker or server lost
 * sight of may still be writing outcomes when another one counts. So writers share a lock that whoever counts has alone.
 */
import { sql, type Transaction } from 'kysely';
import type { JobPhase } from '../domain/job-phase';
import { enterStaging } from './job-context';
import type { Database } from './schema';

/** Lets a transaction write outcomes of a batch in a phase. @returns false when the batch has been counted: there is nothing left to write. */
export async function enterBatch(trx: Transaction<Database>, jobId: string, phase: JobPhase, batch: number): Promise<boolean> {
  await enterStaging(trx, jobId);
  await sql`select pg_advisory_xact_lock_shared(${lockOf(jobId, phase, batch)})`.execute(trx);
  const counted = await trx.selectFrom('batch_results').select('batch').where('job_id', '=', jobId).where('phase', '=', phase).where('batch', '=', batch).executeTakeFirst();
  return counted === undefined;
}

/** Waits until nobody writes outcomes of the batch any more; whoever comes later waits for this transaction. */
export async function closeBatch(trx: Transaction<Database>, jobId: string, phase: JobPhase, batch: number): Promise<void> {
  await enterStaging(trx, jobId);
  await sql`select pg_advisory_xact_lock(${lockOf(jobId, phase, batch)})`.execute(trx);
}

function lockOf(jobId: string, phase: JobPhase, batch: number) {
  return sql`hashtext('sluice.batch'), hashtext(${`${jobId}/${phase}/${batch}`})`;
}
