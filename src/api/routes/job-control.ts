/** Pausing, resuming, cancelling and retrying jobs. */
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import { jobOptionSchemas } from '../../input/job-options-schema';
import { checkSourceRoots, parseStoredSource } from '../access/source-roots';
import type { ApiEnv } from '../api-env';
import { json, jsonBody, PROBLEMS } from '../schemas/answers';
import { controlAnswerSchema, jobPhaseSchema, jobSchema } from '../schemas/job';
import { jobParams } from '../schemas/parameters';
import type { RouteDependencies } from './dependencies';

const tags = ['Jobs'];
const phase = jobPhaseSchema.optional().meta({ description: 'Absent: every unfinished phase.' });

const pauseBody = z.strictObject({ phase }, 'must be an object');
const resumeBody = z.strictObject({ phase, maxTokens: jobOptionSchemas.maxTokens, maxCost: jobOptionSchemas.maxCost }, 'must be an object');
const retryBody = z.strictObject({ failedOnly: z.boolean('must be true or false').optional() }, 'must be an object');

const pauseJob = createRoute({
  method: 'post',
  path: '/v1/jobs/{jobId}/pause',
  tags,
  operationId: 'pauseJob',
  summary: 'Pause a phase of a job, or all.',
  request: { params: jobParams, body: jsonBody(pauseBody, false) },
  responses: { 200: json(controlAnswerSchema, 'The phases afterwards.'), ...PROBLEMS },
});

const resumeJob = createRoute({
  method: 'post',
  path: '/v1/jobs/{jobId}/resume',
  tags,
  operationId: 'resumeJob',
  summary: 'Resume a phase of a job, or all.',
  description: 'maxTokens and maxCost raise the budget first.',
  request: { params: jobParams, body: jsonBody(resumeBody, false) },
  responses: { 200: json(controlAnswerSchema, 'The phases afterwards.'), ...PROBLEMS },
});

const cancelJob = createRoute({
  method: 'post',
  path: '/v1/jobs/{jobId}/cancel',
  tags,
  operationId: 'cancelJob',
  summary: 'Cancel a job. What it published stays.',
  request: { params: jobParams, body: jsonBody(z.strictObject({}, 'must be an object'), false) },
  responses: { 202: json(z.strictObject({ jobId: z.string() }), 'The job ends soon.'), ...PROBLEMS },
});

const retryJob = createRoute({
  method: 'post',
  path: '/v1/jobs/{jobId}/retry',
  tags,
  operationId: 'retryJob',
  summary: 'Start a new job on the source and options of one that has ended.',
  description: 'failedOnly: only the documents that failed there, with no discovery and no removal.',
  request: { params: jobParams, body: jsonBody(retryBody, false) },
  responses: { 202: json(jobSchema, 'The new job, accepted.'), ...PROBLEMS },
});

export function registerJobControl(app: OpenAPIHono<ApiEnv>, { service, uploads, sourceRoots }: RouteDependencies): void {
  app.openapi(pauseJob, async (context) => context.json(await service.pause(context.req.valid('param').jobId, context.req.valid('json').phase), 200));
  app.openapi(resumeJob, async (context) => {
    const { phase: only, ...budget } = context.req.valid('json');
    return context.json(await service.resume(context.req.valid('param').jobId, only, Object.keys(budget).length > 0 ? budget : undefined), 200);
  });
  app.openapi(cancelJob, async (context) => {
    const { jobId } = context.req.valid('param');
    await service.cancel(jobId);
    return context.json({ jobId }, 202);
  });
  app.openapi(retryJob, async (context) => {
    const { jobId } = context.req.valid('param');
    const { source } = await service.status(jobId);
    // It may have been started from the command line, which may read everything.
    await checkSourceRoots(parseStoredSource(source), { open: [...sourceRoots, uploads.root], closed: uploads.stateDir });
    const started = await service.retry(jobId, context.req.valid('json'));
    return context.json(await service.status(started.jobId), 202);
  });
}
