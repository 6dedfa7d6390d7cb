/** A text that several jobs have at the same time is paid for once, over all workers. */
import { DOCUMENTS, providedTest } from './provided';

const COLLECTIONS = 4;

providedTest('jobs with the same documents, at once on two workers, pay for each text once', async ({ deployment, provider, start }) => {
  provider.behaviour.latencyMs = 300;
  await Promise.all([deployment.startWorker(), deployment.startWorker()]);
  const jobs = await Promise.all(Array.from({ length: COLLECTIONS }, (_, number) => start({ batchDocuments: 10 }, `same-${number}`)));
  const ends = await Promise.all(jobs.map((jobId) => deployment.waitForEnd(jobId)));
  for (const end of ends) expect(end).toMatchObject({ status: 'COMPLETED', documents: { succeeded: DOCUMENTS } });
  const { paidTexts, distinctTexts } = provider.stats();
  expect(paidTexts).toBe(distinctTexts);
  expect(await deployment.db.selectFrom('embedding_claims').select('job_id').execute()).toEqual([]);
}, 120_000);
