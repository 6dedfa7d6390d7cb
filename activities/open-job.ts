import { Context } from '@temporalio/activity';
import { SluiceError } from '../src/domain/errors';
import { isJobFinished } from '../src/domain/job-status';
import { claimSource } from '../src/db/claim-source';
import { CollectionRepository, type Collection } from '../src/db/collection-repository';
import { DriftRepository, isLost } from '../src/db/drift-repository';
import { FinishingRepository } from '../src/db/finishing-repository';
import { JobRepository } from '../src/db/job-repository';
import type { MirroredJob } from '../src/db/mirrored-job';
import { openCollection } from '../src/db/open-collection';
import { reopenJob } from '../src/db/reopen-job';
import { parseIngestionInput } from '../src/input/ingestion-input';
import type { Activities } from './activities';
import type { OpenJobArgument } from './contract';
import type { ActivityDependencies } from './dependencies';
import { now } from './stoppable';

/**
 * Makes a start a job: its rows, its collection, its claim on the source. Belongs to no phase.
 *
 * Idempotence: every step finds its own earlier result. Heartbeats: none, it takes milliseconds. Retries: unlimited while Postgres is
 * away; INVALID_INPUT, COLLECTION_MISMATCH, ALREADY_RUNNING and JOB_EXISTS end the job.
 */
export function createOpenJob({ db, models, readers, own, workflows, dashboardUrl }: ActivityDependencies): Activities['openJob'] {
  const jobs = new JobRepository(db);
  const collections = new CollectionRepository(db);
  const finishing = new FinishingRepository(db);
  const drift = new DriftRepository(db);

  return async (argument) => {
    // The row first: whatever is wrong with the input, the mirror tells of the job.
    const { workflowNamespace: namespace, workflowExecution } = Context.current().info;
    const { runId } = workflowExecution!;
    if (!(await jobs.adopt({ ...rowOf(argument), namespace, runId }, argument.firstRunId))) {
      throw new SluiceError('JOB_EXISTS', `There was a job with the id ${argument.jobId} already; it stays as it is.`);
    }
    if (await isResetOfEnded(argument.jobId, runId)) await reopenJob(db, argument.jobId, runId);
    const input = parseIngestionInput(argument.input, own);
    const collection = await openCollection(collections, input.collection, input.options ?? {}, models.describe);
    const hasPrice = models.describe(collection.model).price !== undefined;
    if (input.options?.maxCost !== undefined && !hasPrice) {
      throw new SluiceError('INVALID_INPUT', `options.maxCost can't be kept: no price is known of ${collection.model.model}.`, { hint: 'Use maxTokens instead.' });
    }
    const locator = await readers.getReader(input.source).locator(input.source);
    const source = await collections.openSource(collection.id, input.source.kind, locator);
    if (input.options?.onlyFailedOf !== undefined) await checkFailedJob(input.options.onlyFailedOf, source.id);
    await claim(argument.jobId, collection, source.id, locator);
    // A start that is refused changes nothing of the collection.
    await collections.keepChunkSettings(collection);
    return { at: now(), searchAttributes: await workflows.hasSearchAttributes(), hasPrice, ...(dashboardUrl !== undefined && { dashboardUrl }) };
  };

  /** `temporal workflow reset` to before the opening, of a job that has ended: it begins anew. */
  async function isResetOfEnded(jobId: string, runId: string): Promise<boolean> {
    const row = await jobs.find(jobId);
    // Its staging is closed before its end is written.
    if (row === undefined || !(isJobFinished(row.status) || row.isStagingClosed) || row.runId === null || row.runId === runId) return false;
    return (await workflows.look(jobId)).run?.id === runId;
  }

  /** The references of another source's documents, or of a job that is at work on them, mean nothing here. */
  async function checkFailedJob(jobId: string, sourceId: number): Promise<void> {
    let other = await jobs.find(jobId);
    // Its last snapshot may not have reached the mirror.
    if (other !== undefined && !isJobFinished(other.status) && (await learnEnd(other)) === 'ended') other = await jobs.find(jobId);
    const refuse = (why: string) => new SluiceError('INVALID_INPUT', `options.onlyFailedOf is ${jobId}: ${why}.`);
    if (other === undefined) throw refuse('there is no such job');
    if (!isJobFinished(other.status)) throw refuse('that job has not ended');
    if (other.sourceId !== sourceId) throw refuse(other.sourceId === null ? 'that job has no documents' : 'that job is of another source or collection');
  }

  /** A holder that has ended doesn't hold. */
  async function claim(jobId: string, collection: Collection, sourceId: number, locator: string): Promise<void> {
    for (;;) {
      const held = await claimSource(db, jobId, collection, sourceId);
      if (held === undefined) return;
      const holder = await jobs.find(held.heldBy);
      const known = holder && (await learnEnd(holder));
      if (known === 'ended') continue;
      const refuse = (why: string, hint?: string) => new SluiceError('ALREADY_RUNNING', `Job ${held.heldBy} ${why}.`, { hint });
      if (known === 'missed') throw refuse(`has a claim on ${locator} in "${collection.name}", but Temporal does not know it`, 'Try again in a minute: if it is not found then either, it is given up.');
      throw refuse(`is ingesting ${locator} into "${collection.name}"`);
    }
  }

  /** Has the mirror learn the end of a job that its row says to be at work. One miss is no end: it is noted, for the next to look. */
  async function learnEnd({ state: { jobId }, namespace, firstRunId, missedSince }: MirroredJob): Promise<'ended' | 'missed' | 'open'> {
    // Of another namespace nothing is known here, and not even that it is gone.
    const { end, run } = namespace === workflows.namespace ? await workflows.look(jobId, firstRunId) : {};
    if (end === undefined) return 'open';
    if (end.error?.code === 'LOST' && !isLost(missedSince)) {
      await drift.setMissedSince(jobId, new Date());
      return 'missed';
    }
    if (await jobs.adoptEnd(jobId, end, run)) await finishing.cleanUp(jobId);
    return 'ended';
  }
}

function rowOf({ jobId, createdAt, input }: OpenJobArgument) {
  const { collection, source, options } = (input ?? {}) as Record<string, unknown>;
  const retryOf = (options as { retryOf?: unknown } | null | undefined)?.retryOf;
  return { jobId, createdAt, collection: typeof collection === 'string' ? collection : '', source, options, retryOf: typeof retryOf === 'string' ? retryOf : null };
}
