import { request, type IncomingMessage } from 'node:http';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { createDeployment, EMBEDDING, type Deployment } from '../e2e/deployment';
import { writeDocuments } from '../e2e/documents';
import { createTestFolder } from '../harness/test-folder';
import { startApiProcess, type ApiProcess } from './api-process';

let deployment: Deployment;
let folder: string;
let api: ApiProcess;

beforeAll(async () => {
  folder = createTestFolder();
  writeDocuments(path.join(folder, 'docs'), 3);
  deployment = await createDeployment();
});

afterAll(() => deployment.close());

const BOUNDARY = 'part-of-the-test';
const HEAD = `--${BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="late.txt"\r\n\r\n`;

/** An upload whose first half the server has, and the way to send the rest. */
async function halfAnUpload(): Promise<{ finish(): Promise<IncomingMessage>; break(): void }> {
  const sent = request(`${api.url}/v1/collections/late/documents`, { method: 'POST', headers: { 'content-type': `multipart/form-data; boundary=${BOUNDARY}`, expect: '100-continue' } });
  const answered = new Promise<IncomingMessage>((resolve, reject) => void sent.on('response', resolve).on('error', reject));
  answered.catch(() => undefined);
  await new Promise((resolve) => {
    sent.on('continue', resolve);
    sent.flushHeaders();
  });
  await new Promise((resolve) => sent.write(`${HEAD}first half, `, resolve));
  return {
    finish() {
      sent.end(`second half\r\n--${BOUNDARY}--\r\n`);
      return answered;
    },
    break: () => sent.destroy(),
  };
}

test('told to stop it ends streams, lets what is at work finish, takes nothing new, and exits with 0', async () => {
  api = await startApiProcess(deployment.env, folder);
  // No worker: it stays PENDING.
  const { body: job } = await api.call('POST', '/v1/jobs', { body: { collection: 'waiting', source: { kind: 'folder', path: 'docs' }, options: { embedding: EMBEDDING } } });
  const stream = (await fetch(`${api.url}/v1/jobs/${job.jobId}/events`)).body!.getReader();
  await stream.read();
  const upload = await halfAnUpload();
  api.process.kill('SIGTERM');
  // The streams' end shows that it is stopping.
  while (!(await stream.read()).done);
  await expect(fetch(`${api.url}/healthz`)).rejects.toThrow();
  const answer = await upload.finish();
  expect(answer.statusCode).toBe(202);
  expect(JSON.parse(await text(answer))).toMatchObject({ collection: 'late' });
  expect(await api.process.exit).toEqual({ code: 0, signal: null });
});

test('with nothing at work it stops at once, kept-alive connections or not', async () => {
  api = await startApiProcess(deployment.env, folder);
  expect(await api.call('GET', '/healthz')).toMatchObject({ status: 200 });
  api.process.kill('SIGINT');
  expect(await api.process.exit).toEqual({ code: 0, signal: null });
});
