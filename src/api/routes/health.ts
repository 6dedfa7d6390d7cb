/** Whether the process lives, and whether it can serve: for whoever starts and routes to it. Neither needs a key. */
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import type { ApiEnv } from '../api-env';
import { json, PROBLEMS } from '../schemas/answers';
import type { RouteDependencies } from './dependencies';

const tags = ['Health'];
const server = z.strictObject({ answers: z.boolean(), why: z.string().nullable().meta({ description: 'Why not.' }) });
const readinessSchema = z.strictObject({ isReady: z.boolean(), database: server, temporal: server }).meta({ id: 'Readiness' });

const healthz = createRoute({
  method: 'get',
  path: '/healthz',
  tags,
  operationId: 'healthz',
  summary: 'Does the process live?',
  security: [],
  responses: { 200: json(z.strictObject({ status: z.literal('alive') }), 'It does, whatever the servers do: there is no reason to restart it.') },
});

const readyz = createRoute({
  method: 'get',
  path: '/readyz',
  tags,
  operationId: 'readyz',
  summary: 'Do Postgres and Temporal answer?',
  security: [],
  responses: { 200: json(readinessSchema, 'Both do.'), 503: json(readinessSchema, 'One does not: reads may be served from the other.') },
});

const aboutSchema = z
  .strictObject({ version: z.string(), namespace: z.string(), temporalUiUrl: z.string().nullable() })
  .meta({ id: 'About', description: "temporalUiUrl: of Temporal's Web UI, where it is known; a job's workflow is at temporalUiUrl/namespaces/{namespace}/workflows/{jobId}." });

const about = createRoute({
  method: 'get',
  path: '/v1/about',
  tags,
  operationId: 'about',
  summary: 'What serves here, and where its workflows are seen.',
  responses: { 200: json(aboutSchema, 'The deployment.'), ...PROBLEMS },
});

export type About = z.infer<typeof aboutSchema>;

/** For whoever has a key, where there are keys. */
export function registerAbout(app: OpenAPIHono<ApiEnv>, found: About): void {
  app.openapi(about, (context) => context.json(found, 200));
}

export function registerHealth(app: OpenAPIHono<ApiEnv>, { service }: Pick<RouteDependencies, 'service'>): void {
  app.openapi(healthz, (context) => context.json({ status: 'alive' as const }, 200));
  app.openapi(readyz, async (context) => {
    const readiness = await service.readiness();
    return context.json(readiness, readiness.isReady ? 200 : 503);
  });
}
