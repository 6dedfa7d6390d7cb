import { OpenAPIHono } from '@hono/zod-openapi';
import { parseApiKeys } from '../../src/api/access/api-keys';
import type { ApiEnv } from '../../src/api/api-env';
import { JobWatchers } from '../../src/api/events/job-watchers';
import { registerHealth } from '../../src/api/routes/health';
import { registerJobs } from '../../src/api/routes/jobs';
import { Uploads } from '../../src/api/uploads/uploads';
import type { IngestionService } from '../../src/service/ingestion-service';
import { sampleJob } from '../cli/sample-job';
import { createTestFolder } from '../harness/test-folder';

const MAX_STREAMS = 2_000;
const KEY = 'a-key-of-enough-characters';

test('a HEAD on a stream takes none of the streams that may be open', async () => {
  const status = async () => sampleJob();
  const watchers = new JobWatchers(status);
  const app = new OpenAPIHono<ApiEnv>();
  registerJobs(app, { service: { status } as unknown as IngestionService, watchers, uploads: new Uploads(createTestFolder()), sourceRoots: [] });
  for (let count = 0; count <= MAX_STREAMS; count += 1) {
    const head = await app.request('/v1/jobs/j/events', { method: 'HEAD' });
    expect(head.status).toBe(200);
  }
  const stream = await app.request('/v1/jobs/j/events');
  expect(stream.status).toBe(200);
  expect(stream.headers.get('content-type')).toMatch(/^text\/event-stream/);
  await stream.body!.cancel();
  await watchers.close();
});

test.each([
  ['without a key, where there are keys', `a:read:${KEY}`, {}, 'No answer.'],
  ['with a wrong key', `a:read:${KEY}`, { authorization: 'Bearer of-something-else-altogether' }, 'No answer.'],
  ['with a key', `a:read:${KEY}`, { authorization: `Bearer ${KEY}` }, 'connect ECONNREFUSED 10.0.0.7:5432'],
  ['where there are no keys', undefined, {}, 'connect ECONNREFUSED 10.0.0.7:5432'],
])('readiness %s', async (_who, keys, headers, why) => {
  const readiness = async () => ({ isReady: false, database: { answers: false, why: 'connect ECONNREFUSED 10.0.0.7:5432' }, temporal: { answers: true, why: null } });
  const app = new OpenAPIHono<ApiEnv>();
  registerHealth(app, { service: { readiness } as unknown as IngestionService, keys: keys === undefined ? [] : parseApiKeys(keys) });
  const answer = await app.request('/readyz', { headers: headers as Record<string, string> });
  expect({ status: answer.status, body: (await answer.json()) as unknown }).toEqual({ status: 503, body: { isReady: false, database: { answers: false, why }, temporal: { answers: true, why: null } } });
});
