import { sql, type Transaction } from 'kysely';
import type { DocumentOutcome } from '../domain/document-outcome';
import type { JobPhase } from '../domain/job-phase';
import { rowsOf } from './bulk';
import type { Db } from './connect';
import type { Database } from './schema';
import { badCursor, numberOf } from './page-cursor';
import { storableText } from './storable';

export interface FailedDocument {
  ordinal: number;
  code: string;
  message: string;
}

/** Gives documents the outcome FAILED in a phase. A document that has an outcome keeps it: each gets exactly one. */
export async function failDocuments(trx: Transaction<Database>, jobId: string, phase: JobPhase, failed: readonly FailedDocument[], attempt: number): Promise<void> {
  if (failed.length === 0) return;
  await sql`
    update sluice.job_documents d
    set outcome = 'FAILED', phase = ${phase}::sluice.job_phase, code = rows.code, message = rows.message, attempts = ${attempt}
    from ${rowsOf(failed.map((failure) => ({ ...failure, message: storableText(failure.message) })), 'ordinal int, code text, message text')}
    where d.job_id = ${jobId} and d.ordinal = rows.ordinal and d.outcome is null`.execute(trx);
}

export interface DocumentRow {
  uri: string;
  outcome: DocumentOutcome | null;
  phase: JobPhase | null;
  code: string | null;
  message: string | null;
  attempts: number;
}

/** The documents of a job in the order of discovery, a page at a time. @param cursor what `nextCursor` said */
export async function listDocuments(
  db: Db,
  jobId: string,
  filter: { outcome?: DocumentOutcome; cursor?: string; limit: number },
): Promise<{ documents: DocumentRow[]; nextCursor: string | null }> {
  let query = db
    .selectFrom('job_documents')
    .select(['ordinal', 'uri', 'outcome', 'phase', 'code', 'message', 'attempts'])
    .where('job_id', '=', jobId)
    .orderBy('ordinal')
    .limit(filter.limit + 1);
  if (filter.outcome !== undefined) query = query.where('outcome', '=', filter.outcome);
  if (filter.cursor !== undefined) query = query.where('ordinal', '>', numberOf(filter.cursor));
  const rows = await query.execute();
  const page = rows.slice(0, filter.limit);
  return {
    documents: page.map(({ ordinal: _, ...document }) => document),
    nextCursor: rows.length > filter.limit ? String(page[page.length - 1]!.ordinal) : null,
  };
}

/** The files that a job found and does not read. */
export async function listIgnored(db: Db, jobId: string, filter: { cursor?: string; limit: number }): Promise<{ documents: DocumentRow[]; nextCursor: string | null }> {
  let query = db.selectFrom('job_ignored_files').select(['uri', 'reason']).where('job_id', '=', jobId).orderBy('uri').limit(filter.limit + 1);
  if (filter.cursor?.includes('\0')) throw badCursor(filter.cursor);
  if (filter.cursor !== undefined) query = query.where('uri', '>', filter.cursor);
  const rows = await query.execute();
  const page = rows.slice(0, filter.limit);
  return {
    documents: page.map(({ uri, reason }) => ({ uri, outcome: null, phase: null, code: 'IGNORED', message: reason, attempts: 0 })),
    nextCursor: rows.length > filter.limit ? page[page.length - 1]!.uri : null,
  };
}
