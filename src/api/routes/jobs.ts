/** Starting, listing and looking at jobs. What steers them: job-control.ts. */
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import { DOCUMENT_OUTCOMES } from '../../domain/document-outcome';
import { ingestionInputSchema } from '../../input/ingestion-input';
import { collectionNameSchema, jobIdSchema } from '../../input/names';
import { checkSourceRoots } from '../access/source-roots';
import type { ApiEnv } from '../api-env';
import { EVENT_STREAM_HEADERS, eventStream } from '../events/event-stream';
import { json, jsonBody, PROBLEMS } from '../schemas/answers';
import { documentPageSchema, historySchema, jobPageSchema, jobSchema, jobStatusNameSchema } from '../schemas/job';
import { jobParams, limitSchema, textSchema } from '../schemas/parameters';
import type { RouteDependencies } from './dependencies';

const tags = ['Jobs'];

export const startJobBody = ingestionInputSchema.extend({ jobId: jobIdSchema.optional() }).meta({ id: 'StartJob' });

const startJob = createRoute({
  method: 'post',
  path: '/v1/jobs',
  tags,
  operationId: 'startJob',
  summary: 'Start a job.',
  description: 'With an Idempotency-Key, the same request again gives the same job for 24 hours, and another one is IDEMPOTENCY_CONFLICT.',
  request: {
    headers: z.object({ 'idempotency-key': z.string().regex(/^[\x21-\x7e]{1,200}$/, 'must be 1 to 200 visible ASCII characters').optional() }),
    body: jsonBody(startJobBody),
  },
  responses: { 202: json(jobSchema, 'The job, accepted.'), ...PROBLEMS },
});

const listJobs = createRoute({
  method: 'get',
  path: '/v1/jobs',
  tags,
  operationId: 'listJobs',
  summary: 'List jobs, the latest first.',
  request: { query: z.object({ status: jobStatusNameSchema.optional(), collection: collectionNameSchema.optional(), cursor: jobIdSchema.optional(), limit: limitSchema }) },
  responses: { 200: json(jobPageSchema, 'A page of jobs, as the database knows them.'), ...PROBLEMS },
});

const getJob = createRoute({
  method: 'get',
  path: '/v1/jobs/{jobId}',
  tags,
  operationId: 'getJob',
  summary: 'Look at a job.',
  request: { params: jobParams },
  responses: { 200: json(jobSchema, 'The job, from whoever knows it best; readFrom and asOf tell.'), ...PROBLEMS },
});

const listDocuments = createRoute({
  method: 'get',
  path: '/v1/jobs/{jobId}/documents',
  tags,
  operationId: 'listJobDocuments',
  summary: 'List the documents of a job and what became of each.',
  request: {
    params: jobParams,
    query: z.object({ outcome: z.enum(DOCUMENT_OUTCOMES).optional(), cursor: z.string().regex(/^[0-9]{1,9}$/, 'must be a nextCursor').optional(), limit: limitSchema }),
  },
  responses: { 200: json(documentPageSchema, 'A page of documents, in the order of discovery.'), ...PROBLEMS },
});

const listIgnored = createRoute({
  method: 'get',
  path: '/v1/jobs/{jobId}/ignored',
  tags,
  operationId: 'listIgnoredFiles',
  summary: 'List the files that a job found and does not read.',
  request: { params: jobParams, query: z.object({ cursor: textSchema(4_096).optional(), limit: limitSchema }) },
  responses: { 200: json(documentPageSchema, 'A page of files; message says why.'), ...PROBLEMS },
});

/** Of each event: OpenAPI 3.1 has no word of its own for a stream's items. */
const serverSentEvent = z.object({ id: z.string().optional(), event: z.string().optional(), data: z.string() });

const getHistory = createRoute({
  method: 'get',
  path: '/v1/jobs/{jobId}/history',
  tags,
  operationId: 'getJobHistory',
  summary: 'List when the phases of a job changed their status.',
  request: { params: jobParams },
  responses: { 200: json(historySchema, 'In their order. The times of a pause and a resumption are those at which the database learned of it.'), ...PROBLEMS },
});

const watchJob = createRoute({
  method: 'get',
  path: '/v1/jobs/{jobId}/events',
  tags,
  operationId: 'watchJob',
  summary: 'Watch a job to its end.',
  description:
    'Server-sent events: each a Job whenever it has changed, until it has ended. With the id of the last event as Last-Event-ID the stream goes on ' +
    'behind it. An event named `problem` says that the servers can\'t tell at the moment.',
  request: { params: jobParams, headers: z.object({ 'last-event-id': z.string().max(200).optional() }) },
  responses: {
    200: { description: 'The events: data is a Job, of those named `problem` a Problem.', content: { 'text/event-stream': { schema: serverSentEvent } } },
    204: { description: 'The job has ended, and the client knows: there is nothing to watch.' },
    ...PROBLEMS,
  },
});

export function registerJobs(app: OpenAPIHono<ApiEnv>, { service, watchers, uploads, sourceRoots }: RouteDependencies): void {
  app.openapi(startJob, async (context) => {
    const { jobId, ...input } = context.req.valid('json');
    const source = await checkSourceRoots(input.source, { open: sourceRoots, closed: uploads.stateDir });
    const key = context.req.valid('header')['idempotency-key'];
    const idempotencyKey = key && `${context.var.client ?? ''}:${key}`;
    const started = await service.start({ ...input, source }, { jobId, idempotencyKey });
    return context.json(await service.status(started.jobId), 202);
  });
  app.openapi(listJobs, async (context) => context.json(await service.list(context.req.valid('query')), 200));
  app.openapi(getJob, async (context) => context.json(await service.status(context.req.valid('param').jobId), 200));
  app.openapi(listDocuments, async (context) => context.json(await service.documents(context.req.valid('param').jobId, context.req.valid('query')), 200));
  app.openapi(getHistory, async (context) => context.json({ changes: await service.history(context.req.valid('param').jobId) }, 200));
  app.openapi(listIgnored, async (context) =>
    context.json(await service.documents(context.req.valid('param').jobId, { ...context.req.valid('query'), ignored: true }), 200),
  );
  app.openapi(watchJob, async (context) => {
    const { jobId } = context.req.valid('param');
    if (context.req.method === 'HEAD') {
      // Nobody reads its body, so nobody would ever end a subscription.
      await service.status(jobId);
      return new Response(null, { headers: EVENT_STREAM_HEADERS });
    }
    const subscription = await watchers.subscribe(jobId, context.req.valid('header')['last-event-id']);
    if (!subscription.isOver) return eventStream(subscription);
    subscription.close();
    return context.body(null, 204);
  });
}
