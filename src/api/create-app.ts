/** Puts the API together: what every request goes through, in its order, and the routes. Listening: start-api.ts. */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { cors } from 'hono/cors';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { secureHeaders } from 'hono/secure-headers';
import { SluiceError } from '../domain/errors';
import { authenticate } from './access/authenticate';
import type { ApiKey } from './access/api-keys';
import { loopbackRules } from './access/loopback-rules';
import { limitRate } from './access/rate-limit';
import type { ApiEnv } from './api-env';
import { registerDashboard } from './dashboard';
import { answerInTime, answerWhileDatabaseDoes } from './deadline';
import { docsPage } from './docs-page';
import { HttpProblem, problemOf, problemResponse } from './http-problem';
import { openApiDocument } from './openapi-document';
import { registerCollections } from './routes/collections';
import type { RouteDependencies } from './routes/dependencies';
import { registerDocuments } from './routes/documents';
import { registerAbout, registerHealth } from './routes/health';
import { registerJobControl } from './routes/job-control';
import { registerJobs } from './routes/jobs';
import { registerMetrics, type MetricsPage } from './routes/metrics';
import { refuseInvalid } from './validation';

/** For so long the rest of a request's body is waited for that is refused unread. */
const REST_OF_BODY_MS = 200;

/** Of JSON; uploads have a limit of their own. */
const MAX_BODY_BYTES = 1024 * 1024;

const POLICY_HEADER = 'Content-Security-Policy';
/** Of /docs, which has a style of its own, and of everything that is no page. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

export interface AppOptions extends RouteDependencies {
  /** Empty: whoever reaches the API through the loopback interface may do everything. */
  keys: readonly ApiKey[];
  /** Origins whose pages may use the API with a key. */
  corsOrigins: readonly string[];
  metrics: MetricsPage;
  /** Of Temporal. */
  namespace: string;
  /** Such as `http://127.0.0.1:8233`; undefined: not known. */
  temporalUiUrl: string | undefined;
  /** Of the package. */
  version: string;
  /** Told what nobody foresaw. */
  logError(error: unknown): void;
}

export function createApp(options: AppOptions): OpenAPIHono<ApiEnv> {
  const { service, keys, corsOrigins, version, logError } = options;
  const long = answerWhileDatabaseDoes(service);
  const app = new OpenAPIHono<ApiEnv>({ defaultHook: refuseInvalid });

  app.onError((error) => {
    if (problemOf(error).details.code === 'INTERNAL') logError(error);
    return problemResponse(error);
  });
  app.use(secureHeaders({ strictTransportSecurity: false, xFrameOptions: 'DENY' }));
  app.use(async (context, next) => {
    await next();
    // The dashboard has one of its own.
    if (!context.res.headers.has(POLICY_HEADER)) context.header(POLICY_HEADER, POLICY);
  });
  app.use(async (context, next) => {
    await next();
    const { incoming } = context.env;
    if (context.req.method === 'GET' || incoming.complete) return;
    // A small body may still arrive: a client whose writing is cut short does not read the answer.
    incoming.resume();
    await Promise.race([once(incoming, 'end').catch(() => undefined), sleep(REST_OF_BODY_MS)]);
    // What is refused before it has arrived is not read to its end: the connection is for no other request.
    if (!incoming.complete) context.header('Connection', 'close');
  });
  if (keys.length === 0) app.use(loopbackRules());
  if (corsOrigins.length > 0) app.use(cors({ origin: [...corsOrigins], allowHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key', 'Last-Event-ID'], maxAge: 600 }));
  // Before the rest: who asks whether it lives has no key, and who opens the dashboard has to be asked for one.
  registerHealth(app, options);
  // Behind both: an orchestrator's probe and a preflight are not refused for what others ask from their address.
  app.use(limitRate());
  const pageForNothing = registerDashboard(app);
  app.notFound((context) => pageForNothing(context) ?? problemResponse(new HttpProblem('NOT_FOUND', 'There is nothing at this address.')));
  if (keys.length > 0) app.use(authenticate(keys));
  app.use(methodNotAllowed({ app, onMethodNotAllowed: (_context, methods) => problemResponse(wrongMethod(methods)) }));

  app.use('/v1/*', async (context, next) => (isUpload(context.req.method, context.req.path) ? next() : limitBody(context, next)));
  app.use('/v1/*', async (context, next) => {
    // All of it, before the clock starts: of a client that sends slowly the servers know nothing.
    if (context.req.method === 'POST' && !isUpload(context.req.method, context.req.path)) await readBody(context);
    await next();
  });
  app.use('/v1/*', async (context, next) => {
    if (context.req.path.endsWith('/events') || isUpload(context.req.method, context.req.path)) return next();
    return isLong(context.req.method, context.req.path) ? long(context, next) : inTime(context, next);
  });
  registerJobs(app, options);
  registerJobControl(app, options);
  registerCollections(app, options);
  registerDocuments(app, options);
  registerMetrics(app, options.metrics);
  registerAbout(app, { version, namespace: options.namespace, temporalUiUrl: options.temporalUiUrl ?? null });

  const document = openApiDocument(app, version, keys.length > 0);
  const page = docsPage(document);
  app.get('/openapi.json', (context) => context.json(document));
  app.get('/docs', (context) => context.html(page));
  return app;

  function wrongMethod(methods: readonly string[]): HttpProblem {
    return new HttpProblem('METHOD_NOT_ALLOWED', 'Nothing can be done here with this method.', { headers: { Allow: methods.join(', ') } });
  }
}

const inTime = answerInTime();
const limitBody = bodyLimit({
  maxSize: MAX_BODY_BYTES,
  onError: () => {
    throw new HttpProblem('PAYLOAD_TOO_LARGE', `A body may have ${MAX_BODY_BYTES} bytes.`);
  },
});

/** It is kept for the handler. */
async function readBody({ req, env }: Context<ApiEnv>): Promise<void> {
  try {
    await req.arrayBuffer();
  } catch (error) {
    throw env.incoming.complete ? error : new SluiceError('INVALID_INPUT', 'The body was cut off.');
  }
}

function isUpload(method: string, path: string): boolean {
  return method === 'POST' && /^\/v1\/collections\/[^/]+\/documents$/.test(path);
}

/** What may rightly take longer than a question to a database. */
function isLong(method: string, path: string): boolean {
  return method === 'DELETE' || (method === 'POST' && path.endsWith('/search'));
}
