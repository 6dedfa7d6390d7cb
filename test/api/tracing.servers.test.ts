import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { json } from 'node:stream/consumers';
import { createDeployment, EMBEDDING, type Deployment } from '../e2e/deployment';
import { writeDocuments } from '../e2e/documents';
import { startCli } from '../harness/start-process';
import { createTestFolder } from '../harness/test-folder';
import { startApiProcess } from './api-process';

interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: { key: string; value: { stringValue?: string; intValue?: number } }[];
  status?: { code?: number };
}

interface Traces {
  resourceSpans: { resource: { attributes: Span['attributes'] }; scopeSpans: { spans: Span[] }[] }[];
}

let deployment: Deployment;
let folder: string;
let collector: Server;
const spans: (Span & { service: string | undefined })[] = [];

beforeAll(async () => {
  folder = createTestFolder();
  writeDocuments(path.join(folder, 'docs'), 6);
  deployment = await createDeployment();
  collector = createServer((request, response) => {
    void json(request).then((body) => {
      for (const { resource, scopeSpans } of (body as Traces).resourceSpans) {
        const service = attribute(resource, 'service.name');
        spans.push(...scopeSpans.flatMap((scope) => scope.spans).map((span) => ({ ...span, service })));
      }
      response.setHeader('content-type', 'application/json').end('{}');
    });
  });
  collector.listen(0, '127.0.0.1');
  await once(collector, 'listening');
});

afterAll(async () => {
  collector.close();
  collector.closeAllConnections();
  await deployment.close();
});

function attribute({ attributes }: Pick<Span, 'attributes'>, key: string): string | undefined {
  return attributes.find((each) => each.key === key)?.value.stringValue;
}

test('a job is one trace, from its start over every activity to its end, whichever processes did it; a failed one says why', async () => {
  const traced = { ...deployment.env, OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(collector.address() as AddressInfo).port}` };
  const api = await startApiProcess({ ...traced, OTEL_SERVICE_NAME: 'the-api' }, folder);
  const worker = startCli(['worker'], { env: traced });
  await worker.waitForLine(/Working on/);
  const start = async (source: string): Promise<string> =>
    (await api.call('POST', '/v1/jobs', { body: { collection: 'traced', source: { kind: 'folder', path: source }, options: { embedding: EMBEDDING, batchDocuments: 2 } } })).body.jobId as string;
  const [good, bad] = [await start('docs'), await start('not-there')];
  for (const jobId of [good, bad]) await deployment.waitForEnd(jobId);
  // The last words are said after the job has been seen to end.
  for (const jobId of [good, bad]) await deployment.client.workflow.getHandle(jobId).result().catch(() => undefined);
  for (const process of [api.process, worker]) {
    process.kill('SIGTERM');
    await process.exit;
  }

  const own = spans.filter((span) => attribute(span, 'sluice.job_id') === good);
  expect(new Set(own.map(({ traceId }) => traceId)).size).toBe(1);
  const [root, ...others] = own.filter(({ name }) => name === 'ingestion job');
  expect(others).toEqual([]);
  expect(root).toMatchObject({ service: 'sluice' });
  expect(root!.parentSpanId ?? '').toBe('');
  const inner = own.filter((span) => span !== root);
  expect(new Set(inner.map(({ parentSpanId }) => parentSpanId))).toEqual(new Set([root!.spanId]));
  const counts = Object.fromEntries([...new Set(inner.map(({ name }) => name))].map((name) => [name, inner.filter((span) => span.name === name).length]));
  expect(counts).toMatchObject({ start: 1, openJob: 1, discoverDocuments: 1, loadBatch: 3, chunkBatch: 3, embedBatch: 3, indexBatch: 3, finishJob: 1 });
  expect(inner.find(({ name }) => name === 'start')).toMatchObject({ service: 'the-api' });
  const activities = inner.filter(({ name }) => name.endsWith('Batch'));
  for (const { startTimeUnixNano, endTimeUnixNano } of activities) {
    expect(BigInt(startTimeUnixNano)).toBeGreaterThan(BigInt(root!.startTimeUnixNano));
    expect(BigInt(endTimeUnixNano)).toBeLessThanOrEqual(BigInt(root!.endTimeUnixNano));
  }

  const failed = spans.filter((span) => attribute(span, 'sluice.job_id') === bad);
  expect(new Set(failed.map(({ traceId }) => traceId)).size).toBe(1);
  expect(failed[0]!.traceId).not.toBe(root!.traceId);
  const isError = 2;
  expect(failed.find(({ name }) => name === 'ingestion job')).toMatchObject({ status: { code: isError }, attributes: expect.arrayContaining([{ key: 'error.type', value: { stringValue: 'SOURCE_NOT_FOUND' } }]) });
  expect(failed.find(({ name }) => name === 'discoverDocuments')).toMatchObject({ status: { code: isError } });
});

test('without an exporter nothing of OpenTelemetry is loaded', () => {
  const opened = path.join(__dirname, '../../src/tracing/open-tracing.js');
  const script = (env: object) => `require(${JSON.stringify(opened)}).openTracing(${JSON.stringify(env)}).then((tracing) =>
    console.log(JSON.stringify([tracing === undefined, Object.keys(require.cache).some((file) => file.includes('@opentelemetry'))])))`;
  const run = (env: object): unknown => JSON.parse(execFileSync(process.execPath, ['-e', script(env)], { encoding: 'utf8' }));
  expect(run({})).toEqual([true, false]);
  expect(run({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1', OTEL_SDK_DISABLED: 'true' })).toEqual([true, false]);
  expect(run({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1' })).toEqual([false, true]);
});
