import { createHash } from 'node:crypto';
import { sql, type Transaction } from 'kysely';
import type { BrokenDocument, DiscoveredItem } from '../sources/source-reader';
import { rowsOf } from './bulk';
import type { Db } from './connect';
import { enterStaging, type JobContext } from './job-context';
import type { Database } from './schema';
import { storableText } from './storable';

export interface PageKey {
  jobId: string;
  page: number;
  firstOrdinal: number;
  firstBatch: number;
}

export interface PageResult {
  documents: number;
  batches: number;
  ignored: number;
  more: boolean;
  /** On the first page: documents that the source had published before this job published any. */
  publishedBefore?: number;
}

/** What a key of an index can hold, with room for the other columns. */
const MAX_URI_BYTES = 2_000;

interface Batch {
  batch: number;
  first_ordinal: number;
  end_ordinal: number;
}

/** What discovery found: documents with their ordinals, and the batches they are bound into. */
export class DiscoveryRepository {
  constructor(private readonly db: Db) {}

  /** The result of a page that is there already. */
  async findPage(jobId: string, page: number): Promise<PageResult | undefined> {
    return findResult(this.db, jobId, page);
  }

  /** Where a page begins: where the one before it ended. undefined: at the start. */
  async findCursor(jobId: string, page: number): Promise<string | undefined> {
    const row = await this.db.selectFrom('discovery_pages').select('next_cursor').where('job_id', '=', jobId).where('page', '=', page - 1).executeTakeFirst();
    return row?.next_cursor ?? undefined;
  }

  /**
   * Commits a page, once: a second one with its number changes nothing and gets the first one's result.
   * A document that another page has already (the source changed meanwhile) is left out.
   */
  async savePage(key: PageKey, items: readonly DiscoveredItem[], next: string | undefined, limits: { batchDocuments: number; batchBytes: number }, publishedBefore?: number): Promise<PageResult> {
    return this.db.transaction().execute(async (trx) => {
      await enterStaging(trx, key.jobId);
      const documents = await withoutKnown(trx, key.jobId, items.filter((item) => item.kind !== 'ignored').map(withStorableUri));
      const ignored = items.filter((item) => item.kind === 'ignored').map(({ uri, reason }) => ({ uri: storableUri(uri), reason: storableText(reason) }));
      const batches = intoBatches(documents, key, limits);
      const result: PageResult = { documents: documents.length, batches: batches.length, ignored: ignored.length, more: next !== undefined, ...(publishedBefore !== undefined && { publishedBefore }) };
      const inserted = await trx
        .insertInto('discovery_pages')
        .values({ job_id: key.jobId, page: key.page, next_cursor: next ?? null, result: JSON.stringify(result) })
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirst();
      if (inserted.numInsertedOrUpdatedRows !== 1n) return (await findResult(trx, key.jobId, key.page))!;
      await insertDocuments(trx, key, documents);
      await sql`insert into sluice.job_ignored_files select ${key.jobId}, uri, reason from ${rowsOf(ignored, 'uri text, reason text')} on conflict do nothing`.execute(trx);
      await sql`insert into sluice.job_batches select ${key.jobId}, batch, first_ordinal, end_ordinal from ${rowsOf(batches, 'batch int, first_ordinal int, end_ordinal int')}`.execute(trx);
      await raiseTotals(trx, key.jobId, result);
      return result;
    });
  }

  /**
   * The documents that failed in another job, as a page of this one; for `retry --failed-only`. What discovery itself found broken can't be
   * opened without another discovery: it fails again, for the same reason.
   */
  async failedOf(jobId: string): Promise<DiscoveredItem[]> {
    const rows = await this.db
      .selectFrom('job_documents')
      .select(['uri', 'reference', 'size', 'change_token', 'code', 'message'])
      .where('job_id', '=', jobId)
      .where('outcome', '=', 'FAILED')
      .orderBy('ordinal')
      .execute();
    return rows.map(({ uri, reference, size, change_token: changeToken, code, message }) =>
      reference === null ? { kind: 'broken', uri, code: code as BrokenDocument['code'], message: message! } : { kind: 'document', uri, reference, size, changeToken },
    );
  }

  /** Documents of the source that are published now. */
  async countPublished(job: JobContext): Promise<number> {
    const { count } = await this.db.selectFrom('documents').select((expression) => expression.fn.countAll<number>().as('count')).where('source_id', '=', job.sourceId).executeTakeFirstOrThrow();
    return count;
  }

  /** How much of what is published of the source this job's discovery did not find. */
  async countVanished(job: JobContext): Promise<{ vanished: number; incomplete: boolean }> {
    const { rows } = await sql<{ vanished: number; incomplete: boolean }>`
      select (count(*) filter (where not exists (select from sluice.job_documents j where j.job_id = ${job.jobId} and j.uri = d.uri)))::int as vanished,
        exists (select from sluice.job_documents j where j.job_id = ${job.jobId} and j.outcome = 'FAILED' and j.code = 'SOURCE_INCOMPLETE') as incomplete
      from sluice.documents d where d.source_id = ${job.sourceId}`.execute(this.db);
    return rows[0]!;
  }
}

async function findResult(db: Db, jobId: string, page: number): Promise<PageResult | undefined> {
  const row = await db.selectFrom('discovery_pages').select('result').where('job_id', '=', jobId).where('page', '=', page).executeTakeFirst();
  return row?.result as PageResult | undefined;
}

function intoBatches(documents: readonly { size: number }[], key: PageKey, limits: { batchDocuments: number; batchBytes: number }): Batch[] {
  const batches: Batch[] = [];
  let open: Batch | undefined;
  let bytes = 0;
  documents.forEach(({ size }, index) => {
    const ordinal = key.firstOrdinal + index;
    if (open === undefined || open.end_ordinal - open.first_ordinal >= limits.batchDocuments || bytes + size > limits.batchBytes) {
      open = { batch: key.firstBatch + batches.length, first_ordinal: ordinal, end_ordinal: ordinal };
      batches.push(open);
      bytes = 0;
    }
    open.end_ordinal++;
    bytes += size;
  });
  return batches;
}

/** A document whose URI can't be a key is a failed one: it must not stop the others, nor be lost. */
function withStorableUri(item: Exclude<DiscoveredItem, { kind: 'ignored' }>): Exclude<DiscoveredItem, { kind: 'ignored' }> {
  const uri = storableUri(item.uri);
  if (uri === item.uri) return item;
  return { kind: 'broken', uri, code: 'READ_ERROR', message: `Its path is longer than ${MAX_URI_BYTES} bytes.` };
}

function storableUri(given: string): string {
  const uri = storableText(given);
  if (Buffer.byteLength(uri) <= MAX_URI_BYTES) return uri;
  return `${uri.slice(0, 200).toWellFormed()}… (${createHash('sha256').update(uri).digest('hex')})`;
}

type FoundDocument = Exclude<DiscoveredItem, { kind: 'ignored' }> & { size: number };

async function withoutKnown(trx: Transaction<Database>, jobId: string, items: Exclude<DiscoveredItem, { kind: 'ignored' }>[]): Promise<FoundDocument[]> {
  const { rows } = await sql<{ uri: string }>`
    select j.uri from ${rowsOf(items.map(({ uri }) => ({ uri })), 'uri text')} join sluice.job_documents j on j.job_id = ${jobId} and j.uri = rows.uri`.execute(trx);
  const known = new Set(rows.map((row) => row.uri));
  const fresh: FoundDocument[] = [];
  for (const item of items) {
    if (known.has(item.uri)) continue;
    known.add(item.uri);
    fresh.push(item.kind === 'document' ? item : { ...item, size: 0 });
  }
  return fresh;
}

async function insertDocuments(trx: Transaction<Database>, key: PageKey, documents: readonly FoundDocument[]): Promise<void> {
  const rows = documents.map((item, index) => ({
    ordinal: key.firstOrdinal + index,
    uri: item.uri,
    size: item.size,
    ...(item.kind === 'document'
      ? { reference: item.reference, change_token: item.changeToken, attempts: 0 }
      : { outcome: 'FAILED', phase: 'LOADING', code: item.code, message: storableText(item.message), attempts: 1 }),
  }));
  await sql`
    insert into sluice.job_documents (job_id, ordinal, uri, reference, size, change_token, outcome, phase, code, message, attempts)
    select ${key.jobId}, ordinal, uri, reference, size, change_token, outcome, phase, code, message, attempts
    from ${rowsOf(rows, 'ordinal int, uri text, reference jsonb, size bigint, change_token text, outcome sluice.document_outcome, phase sluice.job_phase, code text, message text, attempts int')}
  `.execute(trx);
}

async function raiseTotals(trx: Transaction<Database>, jobId: string, page: PageResult): Promise<void> {
  await trx
    .updateTable('ingestion_jobs')
    .set({
      documents_total: sql`documents_total + ${page.documents}`,
      documents_ignored: sql`documents_ignored + ${page.ignored}`,
      documents_total_is_final: !page.more,
      updated_at: sql`now()`,
    })
    .where('id', '=', jobId)
    .execute();
  await trx
    .updateTable('ingestion_phase_status')
    .set({ items_total: sql`items_total + ${page.documents}`, updated_at: sql`now()` })
    .where('job_id', '=', jobId)
    .execute();
}
