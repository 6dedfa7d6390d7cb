/** Schemas of jobs as they are answered; the types are the domain's. */
import { z } from '@hono/zod-openapi';
import { DOCUMENT_OUTCOMES } from '../../domain/document-outcome';
import { ERROR_KINDS, type ErrorCode } from '../../domain/errors';
import type { Source } from '../../domain/ingestion-input';
import { JOB_PHASES } from '../../domain/job-phase';
import { JOB_STATUSES } from '../../domain/job-status';
import type { DocumentCounts, JobError, JobStatusResponse, PhaseStatusView } from '../../domain/job-view';
import { PHASE_STATUSES } from '../../domain/phase-status';
import { WAIT_REASONS } from '../../domain/wait-reason';
import type { ControlAnswer, DocumentView, StatusChange } from '../../service/ingestion-service';

const count = z.int().min(0);
const percent = z.int().min(0).max(100);
const time = z.iso.datetime();
const phaseError = z.strictObject({ code: z.enum(Object.keys(ERROR_KINDS) as [ErrorCode]), message: z.string() });

export const jobPhaseSchema = z.enum(JOB_PHASES).meta({ id: 'JobPhase' });
export const jobStatusNameSchema = z.enum(JOB_STATUSES).meta({ id: 'JobStatus' });

const phaseStatusView: z.ZodType<PhaseStatusView> = z
  .strictObject({
    phase: jobPhaseSchema,
    status: z.enum(PHASE_STATUSES),
    progress: percent,
    itemsProcessed: count,
    itemsTotal: count,
    itemsFailed: count,
    inFlight: count,
    waitReason: z.enum(WAIT_REASONS).nullable(),
    error: phaseError.nullable(),
    startedAt: time.nullable(),
    completedAt: time.nullable(),
  })
  .meta({ id: 'PhaseStatusView' });

const documentCounts: z.ZodType<DocumentCounts> = z.strictObject({
  total: count,
  totalIsFinal: z.boolean(),
  succeeded: count,
  failed: count,
  skipped: count,
  removed: count,
  ignored: count,
});

const jobError: z.ZodType<JobError> = phaseError.extend({ phase: z.enum(JOB_PHASES) });

/** Of any kind, those of a user's own worker too, and shown as it was sent, valid or not. */
const anySource = z.unknown().meta({ description: 'As it was sent: an object with the kind of the source.' }) as unknown as z.ZodType<Source>;

export const jobSchema: z.ZodType<JobStatusResponse> = z
  .strictObject({
    jobId: z.string(),
    collection: z.string(),
    status: jobStatusNameSchema,
    progress: percent,
    phases: z.array(phaseStatusView).length(4),
    currentPhase: z.enum(JOB_PHASES).nullable(),
    documents: documentCounts,
    chunks: count,
    error: jobError.nullable(),
    source: anySource,
    retryOf: z.string().nullable(),
    createdAt: time,
    startedAt: time.nullable(),
    finishedAt: time.nullable(),
    version: count,
    readFrom: z.enum(['workflow', 'mirror']),
    asOf: time,
  })
  .meta({ id: 'Job', description: 'A job and its four phases, in order.' });

const statusChange: z.ZodType<StatusChange> = z.strictObject({ at: time, phase: jobPhaseSchema, status: z.enum(PHASE_STATUSES) }).meta({ id: 'StatusChange' });

export const historySchema = z.strictObject({ changes: z.array(statusChange) });

const nextCursor = z.string().nullable().meta({ description: 'Of the next page; null: this is the last.' });

export const jobPageSchema = z.strictObject({ jobs: z.array(jobSchema), nextCursor });

export const controlAnswerSchema: z.ZodType<ControlAnswer> = z
  .strictObject({ confirmed: z.boolean(), phases: z.array(phaseStatusView).nullable() })
  .meta({ description: 'Not confirmed: no worker answered in time; the request is stored and applied when one is back.' });

const documentView: z.ZodType<DocumentView> = z
  .strictObject({
    uri: z.string(),
    outcome: z.enum(DOCUMENT_OUTCOMES).nullable(),
    phase: z.enum(JOB_PHASES).nullable(),
    code: z.string().nullable(),
    message: z.string().nullable(),
    attempts: count,
  })
  .meta({ id: 'Document' });

export const documentPageSchema = z.strictObject({ documents: z.array(documentView), nextCursor });
