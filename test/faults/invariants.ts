/** What must be true when a job has ended, whatever happened to it; the letters are those of promises.ts. */
import { isDeepStrictEqual } from 'node:util';
import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { sql } from 'kysely';
import type { JobStatusResponse } from '../../src/domain/job-view';
import { expectEventually } from '../harness/expect-eventually';
import { COLLECTION, type CellRun } from './cell-run';
import { differences, readPublished } from './published';
import { viewOfRows } from './status-watch';

/** "Mends drift within a minute", and the minute after which what is missed is missed for good. */
const CONVERGENCE_MS = 90_000;

const STAGING = ['staged_documents', 'staged_chunks', 'job_batches', 'batch_results', 'discovery_pages', 'embedding_claims'] as const;

/** (a) What is published equals what an undisturbed job publishes, but for what has failed; of a job that failed, as far as it came. */
export async function checkPublished(run: CellRun, end: JobStatusResponse): Promise<string[]> {
  const failed = await run.db.selectFrom('job_documents').select('uri').where('job_id', '=', run.jobId).where('outcome', '=', 'FAILED').execute();
  const published = await readPublished(run.db, COLLECTION);
  const options = { isWhole: end.status === 'COMPLETED', except: new Set(failed.map(({ uri }) => uri)) };
  return differences(published, run.rig.reference, options).map((problem) => `(a) ${problem}`);
}

/** (c) Nothing of the job lies in staging, and no chunk without its document; how long that took. */
export async function checkNoOrphans(run: CellRun): Promise<string[]> {
  const countOrphans = async (): Promise<string[]> => {
    const found: string[] = [];
    for (const table of STAGING) {
      const { count } = await run.db.selectFrom(table).select((expression) => expression.fn.countAll<number>().as('count')).executeTakeFirstOrThrow();
      if (Number(count) > 0) found.push(`(c) ${count} rows in ${table}`);
    }
    const { rows } = await sql<{ uri: string; has: number; wanted: number }>`
      select coalesce(d.uri, c.document_id::text) as uri, coalesce(c.has, 0)::int as has, coalesce(d.chunk_count, 0) as wanted
      from sluice.documents d full join (select document_id, count(*) as has from sluice.chunks group by 1) c on c.document_id = d.id
      where coalesce(c.has, 0) <> coalesce(d.chunk_count, 0)`.execute(run.db);
    return [...found, ...rows.slice(0, 3).map(({ uri, has, wanted }) => `(c) document ${uri} has ${has} chunks instead of ${wanted}`)];
  };
  return eventually(countOrphans);
}

/**
 * (d) Mirror, query and Temporal's own word say the same, at the latest when all of them have taken note of the end: the query tells of it a
 * moment before the workflow has closed.
 * @returns what is wrong, and how long it took until all agreed
 */
export async function checkAgreement(run: CellRun, end: JobStatusResponse): Promise<{ problems: string[]; mirrorLagMs: number }> {
  const handle = run.client.workflow.getHandle(run.jobId);
  const wantedName = end.status === 'COMPLETED' ? 'COMPLETED' : end.error?.code === 'CANCELLED' ? 'CANCELLED' : 'FAILED';
  const startedAtMs = Date.now();
  const problems = await eventually(async () => {
    const found: string[] = [];
    const { name } = (await handle.describe()).status;
    if (name !== wantedName) return [`(d) the workflow is ${name} and its job ${end.status} ${end.error?.code ?? ''}`];
    const query = await handle.query<JobStatusResponse>('jobStatus');
    if (query.status !== end.status) found.push(`(d) the status was ${end.status}, the query says ${query.status}`);
    const row = await run.jobs.find(run.jobId);
    const inMirror = row && difference(viewOfRows(row), query);
    if (inMirror !== '') found.push(`(d) the mirror differs from the query: ${inMirror ?? 'there is no row'}`);
    const told = await handle.result().then((result) => result as JobStatusResponse, viewInFailure);
    const inResult = told && difference(told, query);
    if (inResult) found.push(`(d) the workflow's result differs from its query: ${inResult}`);
    return found;
  });
  return { problems, mirrorLagMs: Date.now() - startedAtMs };
}

/** (f) Each document has one outcome, and the counts of the job are those of the outcomes. */
export async function checkOutcomes(run: CellRun, end: JobStatusResponse, mayFail?: { count: number; code: string }): Promise<string[]> {
  const rows = await run.db.selectFrom('job_documents').select(['ordinal', 'uri', 'outcome', 'code', 'chunks']).where('job_id', '=', run.jobId).orderBy('ordinal').execute();
  const problems: string[] = [];
  const count = (outcome: string) => rows.filter((row) => row.outcome === outcome).length;
  if (rows.some(({ ordinal }, index) => ordinal !== index)) problems.push('(f) ordinals with gaps');
  const undecided = rows.filter(({ outcome }) => outcome === null).length;
  if (end.status === 'COMPLETED' && undecided > 0) problems.push(`(f) ${undecided} documents without an outcome`);
  if (end.status === 'COMPLETED' && rows.length !== run.rig.reference.size) problems.push(`(f) ${rows.length} documents instead of ${run.rig.reference.size}`);
  const counted = { total: rows.length, succeeded: count('SUCCEEDED'), failed: count('FAILED'), skipped: count('SKIPPED') };
  const told = { total: end.documents.total, succeeded: end.documents.succeeded, failed: end.documents.failed, skipped: end.documents.skipped };
  if (end.status === 'COMPLETED' && !isDeepStrictEqual(counted, told)) problems.push(`(f) outcomes ${JSON.stringify(counted)}, the job says ${JSON.stringify(told)}`);
  const { count: published } = await run.db.selectFrom('documents').select((expression) => expression.fn.countAll<number>().as('count')).where('job_id', '=', run.jobId).executeTakeFirstOrThrow();
  if (Number(published) !== counted.succeeded) problems.push(`(f) ${published} documents published by the job, ${counted.succeeded} SUCCEEDED`);
  const failed = rows.filter(({ outcome }) => outcome === 'FAILED');
  const unforeseen = failed.filter(({ code }) => code !== mayFail?.code);
  if (failed.length > (mayFail?.count ?? 0) || unforeseen.length > 0) problems.push(`(f) ${failed.length} documents failed: ${[...new Set(failed.map(({ code }) => code))].join(', ')}`);
  return problems;
}

/** Of the end's moment only readFrom and asOf tell from where it was read. */
function comparable({ readFrom: _, asOf: __, ...rest }: JobStatusResponse): object {
  return JSON.parse(JSON.stringify(rest)) as object;
}

/** `phases.3.completedAt null ≠ "…"; …` */
function difference(a: JobStatusResponse, b: JobStatusResponse): string {
  const differ = (path: string, left: unknown, right: unknown): string[] => {
    if (JSON.stringify(left) === JSON.stringify(right)) return [];
    if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return [`${path} ${JSON.stringify(left)} ≠ ${JSON.stringify(right)}`];
    return Object.keys(right).flatMap((key) => differ(path === '' ? key : `${path}.${key}`, left[key as never], right[key as never]));
  };
  return differ('', comparable(a), comparable(b)).slice(0, 8).join('; ');
}

function viewInFailure(error: unknown): JobStatusResponse | undefined {
  const cause = error instanceof WorkflowFailedError ? error.cause : undefined;
  return cause instanceof ApplicationFailure ? (cause.details?.[0] as JobStatusResponse) : undefined;
}

/** Asks until nothing is wrong any more; what is wrong after all patience. */
async function eventually(findProblems: () => Promise<string[]>): Promise<string[]> {
  let problems: string[] = [];
  await expectEventually(async () => {
    problems = await findProblems();
    if (problems.length > 0) throw new Error(problems[0]);
  }, { timeoutMs: CONVERGENCE_MS }).catch((error: Error) => {
    if (problems.length === 0) problems = [error.message];
  });
  return problems;
}
