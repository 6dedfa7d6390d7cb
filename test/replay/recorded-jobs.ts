/** The jobs whose histories are recorded: one of each kind, as small as the kind allows. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import type { JobOptions } from '../../src/domain/ingestion-input';
import type { JobStatusResponse } from '../../src/domain/job-view';
import type { IngestionService } from '../../src/service/ingestion-service';
import { pauseSignal, requestPauseUpdate, resumeSignal } from '../../workflows/contract';
import type { EmbeddingsServer } from '../embedding/embeddings-server';
import { expectEventually } from '../harness/expect-eventually';

export interface RecordedJob {
  kind: string;
  jobId: string;
}

interface Servers {
  service: IngestionService;
  client: Client;
  provider: EmbeddingsServer;
  /** Made here, and filled with documents. */
  folder: string;
  withoutWorker(meanwhile: () => Promise<void>): Promise<void>;
}

const EMBEDDING = { provider: 'openai', model: 'test-embedding', dimensions: 8 } as const;

/** Yields each job when it has ended. */
export async function* recordedJobs({ service, client, provider, folder, withoutWorker }: Servers): AsyncGenerator<RecordedJob> {
  const write = (name: string, text: string | Buffer) => writeFileSync(join(folder, name), text);
  const start = async (collection: string, options: JobOptions = {}) =>
    (await service.start({ collection, source: { kind: 'folder', path: folder }, options: { embedding: EMBEDDING, batchDocuments: 2, ...options } })).jobId;
  const until = (jobId: string, isSo: (job: JobStatusResponse) => boolean) =>
    expectEventually(
      async () => {
        const job = await service.status(jobId);
        if (!isSo(job)) throw new Error(`Not yet so: ${JSON.stringify(job)}`);
      },
      { timeoutMs: 60_000 },
    );
  const untilEnd = async (kind: string, jobId: string): Promise<RecordedJob> => {
    await until(jobId, (job) => job.finishedAt !== null);
    await client.workflow.getHandle(jobId).result().catch(() => undefined);
    return { kind, jobId };
  };
  const isEmbeddingReady = (job: JobStatusResponse) => job.phases[1]!.status === 'COMPLETED' && job.phases[2]!.inFlight === 0;

  let edition = 0;
  // Each edition has texts of its own: what was paid for once is not asked of the provider again.
  const writeEdition = (documents: number) => {
    edition++;
    for (let number = 0; number < documents; number++) write(`document-${number}.md`, `# Document ${number}\n\nThis is document ${number}, edition ${edition}.\n`);
  };

  mkdirSync(folder);
  writeEdition(4);

  yield untilEnd('plain', await start('plain'));

  // One is new, one has changed, one is gone.
  write('document-4.md', '# Document 4\n\nThis one is new.\n');
  write('document-0.md', '# Document 0\n\nThis one has changed.\n');
  rmSync(join(folder, 'document-1.md'));
  yield untilEnd('incremental', await start('plain'));

  const paused = await start('paused');
  await client.workflow.getHandle(paused).signal(pauseSignal, { phase: 'EMBEDDING' });
  await until(paused, (job) => job.phases[2]!.status === 'PAUSED' && isEmbeddingReady(job));
  await service.pause(paused, 'INDEXING');
  await service.resume(paused, 'EMBEDDING');
  await client.workflow.getHandle(paused).signal(resumeSignal);
  yield untilEnd('paused', paused);

  writeEdition(4);
  provider.behaviour.latencyMs = 3_000;
  const stopped = await start('stopped');
  await until(stopped, (job) => job.phases[2]!.inFlight > 0);
  await service.pause(stopped);
  await service.resume(stopped);
  provider.behaviour.latencyMs = 0;
  yield untilEnd('paused-at-work', stopped);

  const cancelled = await start('cancelled');
  await service.pause(cancelled, 'EMBEDDING');
  await until(cancelled, isEmbeddingReady);
  await service.cancel(cancelled);
  yield untilEnd('cancelled', cancelled);

  writeEdition(4);
  provider.behaviour.latencyMs = 3_000;
  const cut = await start('cut');
  await until(cut, (job) => job.phases[2]!.inFlight > 0);
  await service.cancel(cut);
  yield untilEnd('cancelled-at-work', cut);
  provider.behaviour.latencyMs = 0;

  writeEdition(4);
  const bought = await start('bought', { maxTokens: 10, concurrency: { EMBEDDING: 1 } });
  await until(bought, (job) => job.phases[2]!.waitReason === 'BUDGET');
  await service.resume(bought, undefined, { maxTokens: 1_000_000 });
  yield untilEnd('budget', bought);

  let asked!: string;
  await withoutWorker(async () => {
    asked = await start('asked-early');
    const misspelt = { phase: 'EMBEDING' as 'EMBEDDING' };
    await client.withDeadline(Date.now() + 500, () => client.workflow.getHandle(asked).executeUpdate(requestPauseUpdate, { args: [misspelt] })).catch(() => undefined);
    await service.resume(asked, 'EMBEDDING');
    await service.pause(asked, 'EMBEDDING');
  });
  await until(asked, isEmbeddingReady);
  await service.resume(asked);
  yield untilEnd('asked-early', asked);

  yield untilEnd('bad-input', await startAny(client, { collection: 'bad', source: { kind: 'gopher' } }));

  write('broken.pdf', Buffer.from('%PDF-1.7\nthis is none'));
  const someFailed = await start('some-failed', { maxFailures: 10 });
  yield untilEnd('some-failed', someFailed);
  write('broken.pdf', '# It was none\n\nNow it is text.\n');
  yield untilEnd('failed-only-retry', (await service.retry(someFailed, { failedOnly: true })).jobId);

  write('broken.pdf', Buffer.from('%PDF-1.7\nthis is none'));
  yield untilEnd('failed', await start('failed', { maxFailures: 0 }));
  rmSync(join(folder, 'broken.pdf'));

  writeEdition(12);
  yield untilEnd('continue-as-new', await start('many', { batchDocuments: 1 }));
}

async function startAny(client: Client, input: unknown): Promise<string> {
  const workflowId = 'any-input';
  await client.workflow.start('ingestionWorkflow', { workflowId, taskQueue: 'sluice', args: [input] });
  return workflowId;
}
