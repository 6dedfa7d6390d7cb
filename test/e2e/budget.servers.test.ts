/** What users are promised of budgets, with real workers against a provider in this process, which counts every token. */
import type { Budget } from '../../src/domain/budget';
import { expectEventually } from '../harness/expect-eventually';
import { EMBEDDING } from './deployment';
import { DOCUMENTS, providedTest } from './provided';

for (const kind of ['tokens', 'cost'] as const) {
  providedTest(`a budget of ${kind} is exact but for the requests under way, over two workers and a restart; raised and resumed the job goes on`, async ({ deployment, provider, start, embedding, tokensPaid }) => {
    provider.behaviour.latencyMs = 150;
    const workers = [await deployment.startWorker(), await deployment.startWorker()];
    const model = kind === 'cost' ? { ...EMBEDDING, model: 'text-embedding-3-small' } : EMBEDDING;
    // Dollars of 0.02 a million tokens.
    const budget = (tokens: number) => (kind === 'cost' ? { maxCost: (tokens * 0.02) / 1e6 } : { maxTokens: tokens });
    const jobId = await start({ embedding: model, batchDocuments: 4, ...budget(20_000) });
    const untilBudget = () => expectEventually(async () => expect(await embedding(jobId)).toMatchObject({ status: 'PAUSED', waitReason: 'BUDGET', inFlight: 0 }), { timeoutMs: 60_000 });
    await untilBudget();
    const largest = () => Math.max(...provider.log.map(({ texts }) => texts.reduce((sum, text) => sum + Math.ceil(text.length / 4), 0)));
    const spent = await tokensPaid(jobId);
    expect(spent).toBe(provider.stats().tokens);
    expect(spent).toBeGreaterThanOrEqual(20_000);
    expect(spent).toBeLessThan(20_000 + 2 * 4 * largest());
    // A worker without a processor to spare doesn't answer in time: the request is then stored, and refused where it is applied.
    const expectRefused = (code: string, raised?: Budget) => expectEventually(() => expect(deployment.service.resume(jobId, undefined, raised)).rejects.toMatchObject({ code }));
    await expectRefused('ILLEGAL_TRANSITION');
    if (kind === 'tokens') await expectRefused('INVALID_INPUT', { maxCost: 1 });
    workers.forEach((worker) => worker.kill('SIGKILL'));
    await Promise.all(workers.map(({ exit }) => exit));
    await deployment.startWorker();
    // Asked for once: confirmed or, before the new worker is there, not, the job goes on and may have used this up before it is looked at again.
    await deployment.service.resume(jobId, 'EMBEDDING', budget(40_000));
    await expectEventually(async () => expect(await tokensPaid(jobId)).toBeGreaterThanOrEqual(40_000), { timeoutMs: 60_000 });
    await untilBudget();
    await deployment.service.resume(jobId, 'EMBEDDING', budget(10_000_000));
    expect(await deployment.waitForEnd(jobId)).toMatchObject({ status: 'COMPLETED', documents: { succeeded: DOCUMENTS } });
    expect(await tokensPaid(jobId)).toBe(provider.stats().tokens);
    expect(provider.stats().paidTexts).toBe(provider.stats().distinctTexts);
  }, 240_000);
}

providedTest('a pause, a raised budget and a resume that wait for a worker are done in their order', async ({ deployment, start, embedding }) => {
  const worker = await deployment.startWorker();
  const jobId = await start({ batchDocuments: 20, maxTokens: 10_000 });
  await expectEventually(async () => expect(await embedding(jobId)).toMatchObject({ status: 'PAUSED', waitReason: 'BUDGET' }), { timeoutMs: 60_000 });
  worker.kill('SIGKILL');
  await worker.exit;
  expect(await deployment.service.pause(jobId)).toEqual({ confirmed: false, phases: null });
  expect(await deployment.service.resume(jobId, undefined, { maxTokens: 10_000_000 })).toEqual({ confirmed: false, phases: null });
  await deployment.startWorker();
  expect(await deployment.waitForEnd(jobId)).toMatchObject({ status: 'COMPLETED', documents: { succeeded: DOCUMENTS } });
}, 240_000);
