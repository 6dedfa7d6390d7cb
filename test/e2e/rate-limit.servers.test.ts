/** What users are promised of limits of requests, over all workers. In a file of its own: it is a test of time, with no other beside it. */
import type { RequestRecord } from '../embedding/embeddings-server';
import { expectEventually } from '../harness/expect-eventually';
import { createProvided } from './provided';

/** One request each; so many that the second's worth that may be saved up before the first is less than 5 % of them. */
const DOCUMENTS = 300;
const A_MINUTE = 600;

/** The most requests that arrived within so long. */
function mostWithin(windowMs: number, log: readonly RequestRecord[]): number {
  const times = log.map(({ arrivedAtMs }) => arrivedAtMs);
  return Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + windowMs).length));
}

const closing: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing) await close();
});

test('a limit of requests is kept over two workers, and used', async () => {
  const { deployment, provider, start, embedding } = await createProvided((close) => void closing.push(close), DOCUMENTS);
  Object.assign(deployment.env, { SLUICE_EMBEDDING_REQUESTS_PER_MINUTE: `${A_MINUTE}` });
  await deployment.startWorker();
  await deployment.startWorker();
  const jobId = await start({ concurrency: { EMBEDDING: 24 } });
  await deployment.service.pause(jobId, 'EMBEDDING');
  await deployment.service.pause(jobId, 'INDEXING');
  await expectEventually(async () => expect((await deployment.service.status(jobId)).phases[1]!.status).toBe('COMPLETED'), { timeoutMs: 120_000 });
  await deployment.service.resume(jobId, 'EMBEDDING');
  await expectEventually(async () => expect((await embedding(jobId)).status).toBe('COMPLETED'), { timeoutMs: 90_000 });
  const { log } = provider;
  expect(log).toHaveLength(DOCUMENTS);
  const minutes = (log.at(-1)!.arrivedAtMs - log[0]!.arrivedAtMs) / 60_000;
  const rate = (log.length - 1) / minutes;
  console.log(`${rate.toFixed(0)} requests a minute; at most ${mostWithin(5_000, log)} within 5 s`);
  expect(rate).toBeLessThan(A_MINUTE * 1.05);
  // A machine that is busy with other tests must not fail this one.
  expect(rate).toBeGreaterThan(A_MINUTE / 2);
  // 10 a second, and what was not used of the last second; what is under way when the window begins arrives a little late.
  expect(mostWithin(5_000, log)).toBeLessThanOrEqual(50 * 1.2 + 10);
}, 240_000);
