/** A deployment whose provider is a server in this process, which sees every request. */
import { startEmbeddingsServer } from '../embedding/embeddings-server';
import { concurrentTest } from '../harness/start-process';
import { createTestFolder } from '../harness/test-folder';
import { createDeployment, EMBEDDING } from './deployment';
import { writeDocuments } from './documents';

export const DOCUMENTS = 140;
export const KEY = 'sk-secret-4711-do-not-tell';

export async function createProvided(afterwards: (close: () => Promise<void>) => void, documents = DOCUMENTS) {
  const folder = createTestFolder();
  writeDocuments(folder, documents);
  const deployment = await createDeployment();
  afterwards(() => deployment.close());
  const provider = await startEmbeddingsServer({ dimensions: EMBEDDING.dimensions });
  afterwards(() => provider.close());
  Object.assign(deployment.env, { OPENAI_BASE_URL: provider.url, OPENAI_API_KEY: KEY });
  return {
    deployment,
    provider,
    start: async (options: object = {}, collection = 'provided') =>
      (await deployment.service.start({ collection, source: { kind: 'folder', path: folder }, options: { embedding: EMBEDDING, batchDocuments: 1, ...options } })).jobId,
    embedding: async (jobId: string) => (await deployment.service.status(jobId)).phases[2]!,
    tokensPaid: async (jobId: string) => (await deployment.db.selectFrom('ingestion_jobs').select('tokens_paid').where('id', '=', jobId).executeTakeFirstOrThrow()).tokens_paid,
  };
}

/** Most of the time is waits: for the provider's patience, for the heartbeats of the killed. */
export const providedTest = (name: string, body: (provided: Awaited<ReturnType<typeof createProvided>>) => Promise<void>, timeoutMs: number) =>
  concurrentTest(name, async (afterwards) => body(await createProvided(afterwards)), timeoutMs);
