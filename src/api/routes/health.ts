/** Whether the process lives, and whether it can serve: for whoever starts and routes to it. These two need no key; what the server is (`/v1/about`) does. */
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import type { ApiKey } from '../access/api-keys';
import { hasKey } from '../access/authenticate';
import type { ApiEnv } from '../api-env';
import type { Readiness, ServerReadiness } from '../../service/ingestion-service';
import { json, PROBLEMS } from '../schemas/answers';
import type { RouteDependencies } from './dependencies';

const tags = ['Health'];
const server = z.strictObject({ answers: z.boolean(), why: z.string().nullable().meta({ description: 'Why not; without a key, where there are keys, only that.' }) });
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

export function registerHealth(app: OpenAPIHono<ApiEnv>, { service, keys }: Pick<RouteDependencies, 'service'> & { keys: readonly ApiKey[] }): void {
  // However many ask at once, the servers are asked once.
  let asked: Promise<Readiness> | undefined;
  const readiness = (): Promise<Readiness> => (asked ??= service.readiness().finally(() => (asked = undefined)));
  app.openapi(healthz, (context) => context.json({ status: 'alive' as const }, 200));
  app.openapi(readyz, async (context) => {
    const { isReady, database, temporal } = await readiness();
    const mayKnowWhy = keys.length === 0 || hasKey(context, keys);
    const told = (server: ServerReadiness): ServerReadiness => (mayKnowWhy || server.answers ? server : { answers: false, why: 'No answer.' });
    return context.json({ isReady, database: told(database), temporal: told(temporal) }, isReady ? 200 : 503);
  });
}
