import { randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { WorkflowExecutionAlreadyStartedError, type Client } from '@temporalio/client';
import { WORKFLOW_TYPE } from '../../workflows/contract';
import { MAIN_TASK_QUEUE } from '../../workflows/task-queues';
import { CollectionRepository } from '../db/collection-repository';
import type { Db } from '../db/connect';
import { IdempotencyRepository } from '../db/idempotency-repository';
import { listDocuments, listIgnored } from '../db/document-outcomes';
import { JobRepository } from '../db/job-repository';
import { findPublishedDocument } from '../db/published-document';
import { listStatusChanges } from '../db/status-changes';
import { SluiceError } from '../domain/errors';
import type { IngestionInput } from '../domain/ingestion-input';
import { sourceLabel } from '../domain/source-label';
import { isJobFinished } from '../domain/job-status';
import type { EmbeddingModels } from '../embedding/models';
import { parseIngestionInput } from '../input/ingestion-input';
import { checkJobId } from '../input/names';
import { NO_OWN_KINDS, type OwnKinds } from '../input/own-kinds';
import { search } from '../search/search';
import type { SourceReaders } from '../sources/source-readers';
import type { JobTracing } from '../tracing/job-tracing';
import { temporalCallError } from '../temporal/call-error';
import { createServedPhases } from '../temporal/served-phases';
import { createWorkflows } from '../temporal/workflows';
import { CollectionAdmin } from './collection-admin';
import { startOnce } from './idempotent-start';
import type { IngestionService } from './ingestion-service';
import { JobControl } from './job-control';
import { findSettledJob } from './settled-job';
import { ANSWER_DEADLINE_MS, JobStatusReader } from './job-status-reader';
import { readReadiness } from './readiness';
import { readWorkAtHand } from './work-at-hand';

const START_DEADLINE_MS = 2_000;
const DEFAULT_PAGE = 50;

export interface ServiceDependencies {
  /** Default: starts are not traced. */
  tracing?: JobTracing;
  /** May be lazy: what needs Temporal is given a deadline. */
  client: Client;
  db: Db;
  models: EmbeddingModels;
  readers: SourceReaders;
  /** Kinds that the user has added, those of readers and models too. Default: none. */
  own?: OwnKinds;
}

export function createIngestionService({ client, db, models, readers, own = NO_OWN_KINDS, tracing }: ServiceDependencies): IngestionService {
  const jobs = new JobRepository(db);
  const collections = new CollectionRepository(db);
  const keys = new IdempotencyRepository(db);
  const control = new JobControl(client);
  const workflows = createWorkflows(client);
  const statuses = new JobStatusReader(db, createWorkflows(client, ANSWER_DEADLINE_MS), createServedPhases(client));
  const admin = new CollectionAdmin(db, models, workflows);

  const start = (input: IngestionInput, jobId: string): Promise<{ jobId: string }> =>
    tracing === undefined ? startJob(input, jobId) : tracing.span(jobId, 'start', {}, () => startJob(input, jobId));

  const startJob = async (input: IngestionInput, jobId: string): Promise<{ jobId: string }> => {
    const isNew = await jobs.record({ jobId, collection: input.collection, source: input.source, options: input.options ?? {}, retryOf: input.options?.retryOf ?? null, namespace: client.options.namespace, createdAt: new Date().toISOString() });
    try {
      await client.withDeadline(Date.now() + START_DEADLINE_MS, () =>
        client.workflow.start(WORKFLOW_TYPE, {
          workflowId: jobId,
          taskQueue: MAIN_TASK_QUEUE,
          args: [input],
          workflowIdReusePolicy: 'REJECT_DUPLICATE',
          staticSummary: `${input.collection} ← ${sourceLabel(input.source)}`,
        }),
      );
    } catch (error) {
      if (error instanceof WorkflowExecutionAlreadyStartedError) {
        // A running job of that id takes the row for its own; what else has the id is no job, or has ended.
        if (isNew && (await workflows.look(jobId).catch(() => undefined))?.end !== undefined) await jobs.forget(jobId);
        throw new SluiceError('JOB_EXISTS', `There is or was a job with the id ${jobId}.`);
      }
      // Whether it was accepted is not known; if it was, its opening makes the row again.
      if (isNew) await jobs.forget(jobId);
      throw temporalCallError(client, error, START_DEADLINE_MS);
    }
    await jobs.markQueued(jobId);
    return { jobId };
  };

  return {
    async start(input, options = {}) {
      const checked = parseIngestionInput(input, own);
      if (options.jobId !== undefined) checkJobId(options.jobId);
      const jobId = options.jobId ?? newJobId();
      if (options.idempotencyKey === undefined) return start(checked, jobId);
      return startOnce(
        keys,
        { key: options.idempotencyKey, request: { ...checked, jobId: options.jobId ?? null }, jobId },
        (ownId) => start(checked, ownId),
        async (ownId) => (await jobs.find(ownId))?.status,
      );
    },

    async findActive(input) {
      const checked = parseIngestionInput(input, own);
      const active = await jobs.findActive(checked.collection, await readers.getReader(checked.source).locator(checked.source));
      if (active === undefined) return undefined;
      const settled = await findSettledJob(jobs, workflows, active.jobId);
      if (settled === undefined || isJobFinished(settled.status)) return undefined;
      // A job whose workflow has ended, or is gone, holds nothing: the opening of the next one mends its row.
      const holder = active.namespace === client.options.namespace ? await workflows.look(active.jobId, active.firstRunId).catch(() => undefined) : undefined;
      if (holder?.end !== undefined) return undefined;
      const sameOptions = isDeepStrictEqual(plain(active.source), plain(checked.source)) && isDeepStrictEqual(plain(active.options), plain(checked.options ?? {}));
      return { jobId: active.jobId, sameOptions };
    },

    status: (jobId) => statuses.read(jobId),

    list: ({ limit = DEFAULT_PAGE, ...filter }) => statuses.list({ ...filter, limit }),

    pause: (jobId, phase) => control.pause(jobId, phase),
    resume: (jobId, phase, budget) => control.resume(jobId, phase, budget),
    cancel: (jobId) => control.cancel(jobId),

    async retry(jobId, { failedOnly }) {
      const { status } = await statuses.read(jobId);
      if (!isJobFinished(status)) throw new SluiceError('JOB_NOT_FINISHED', `Job ${jobId} is ${status}.`);
      const old = await jobs.findInput(jobId);
      if (old === undefined) throw new SluiceError('JOB_NOT_FOUND', `There is no job ${jobId}.`);
      const { onlyFailedOf: _, ...options } = old.options;
      // Not checked here: of its kinds only the worker may know.
      return start({ collection: old.collection, source: old.source, options: { ...options, retryOf: jobId, ...(failedOnly && { onlyFailedOf: jobId }) } }, newJobId());
    },

    async documents(jobId, { outcome, ignored, cursor, limit = DEFAULT_PAGE }) {
      if ((await jobs.find(jobId)) === undefined) throw new SluiceError('JOB_NOT_FOUND', `There is no job ${jobId}.`);
      return ignored ? listIgnored(db, jobId, { cursor, limit }) : listDocuments(db, jobId, { outcome, cursor, limit });
    },

    async history(jobId) {
      const changes = await listStatusChanges(db, jobId);
      if (changes.length === 0 && (await jobs.find(jobId)) === undefined) throw new SluiceError('JOB_NOT_FOUND', `There is no job ${jobId}.`);
      return changes;
    },

    collections: () => collections.list(),
    collection: (name) => admin.view(name),
    createCollection: (name, wishes) => admin.create(name, wishes),
    deleteCollection: (name) => admin.delete(name),
    sources: (name) => admin.listSources(name),
    removeSource: ({ collection, locator }) => admin.removeSource(collection, locator),
    async search(request) {
      try {
        return await search({ db, models }, request);
      } catch (error) {
        // It may have been deleted meanwhile: then that is what there is to say.
        await collections.get(request.collection);
        throw error;
      }
    },

    async show({ collection, uri, source }) {
      const { id } = await collections.get(collection);
      const found = await findPublishedDocument(db, id, uri, source);
      if (found === undefined) throw new SluiceError('DOCUMENT_NOT_FOUND', `Collection "${collection}" has no document ${uri}${source === undefined ? '' : ` from ${source}`}.`);
      return found;
    },

    readiness: () => readReadiness(client, db),
    workAtHand: () => readWorkAtHand(client, db),
  };
}

/** Sorts by time, so that ids read as a history: `ingest-20261124-081502-3fa9c1`. */
function newJobId(): string {
  const time = new Date().toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  return `ingest-${time}-${randomBytes(3).toString('hex')}`;
}

/** As it is after a way through JSON, where absent and undefined are the same. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value ?? null));
}
