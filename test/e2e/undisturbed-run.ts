import { createDeployment, EMBEDDING } from './deployment';

export interface Reference {
  chunks: unknown[];
  /** Texts that the provider was paid for. */
  texts: number;
}

/** What a job on the folder publishes and pays when nobody disturbs it: what disturbed ones are compared with. */
export async function undisturbedRun(folder: string): Promise<Reference> {
  const deployment = await createDeployment();
  try {
    const worker = await deployment.startWorker();
    const { jobId } = await deployment.service.start({ collection: 'reference', source: { kind: 'folder', path: folder }, options: { embedding: EMBEDDING } });
    const job = await deployment.waitForEnd(jobId);
    expect(job).toMatchObject({ status: 'COMPLETED', documents: { failed: 0 } });
    const chunks = await deployment.publishedChunks('reference');
    expect(chunks.length).toBe(job.chunks);
    const { texts } = await deployment.provider.stats();
    worker.kill('SIGTERM');
    await worker.exit;
    return { chunks, texts };
  } finally {
    await deployment.close();
  }
}
