import { CollectionRepository } from '../db/collection-repository';
import type { Db } from '../db/connect';
import { deleteCollection } from '../db/delete-collection';
import { FinishingRepository } from '../db/finishing-repository';
import { JobRepository } from '../db/job-repository';
import { openCollection } from '../db/open-collection';
import { SourceRepository } from '../db/source-repository';
import { SluiceError } from '../domain/errors';
import type { CollectionWishes } from '../domain/ingestion-input';
import { isJobFinished } from '../domain/job-status';
import type { EmbeddingModels } from '../embedding/models';
import { checkCollectionName } from '../input/names';
import type { Workflows } from '../temporal/workflows';
import type { CollectionView, SourceView } from './ingestion-service';
import { findSettledJob } from './settled-job';

/** Makes and deletes collections, lists and removes their sources. What a job is at work on is left alone. */
export class CollectionAdmin {
  private readonly collections: CollectionRepository;
  private readonly sources: SourceRepository;
  private readonly jobs: JobRepository;
  private readonly finishing: FinishingRepository;

  constructor(private readonly db: Db, private readonly models: EmbeddingModels, private readonly workflows: Workflows) {
    this.collections = new CollectionRepository(db);
    this.sources = new SourceRepository(db);
    this.jobs = new JobRepository(db);
    this.finishing = new FinishingRepository(db);
  }

  /** Rejects with COLLECTION_MISMATCH when there is one of the name with another model. */
  async create(name: string, wishes: CollectionWishes): Promise<{ collection: CollectionView; isNew: boolean }> {
    checkCollectionName(name);
    const isNew = (await this.collections.find(name)) === undefined;
    await openCollection(this.collections, name, wishes, (choice) => this.models.describe(choice));
    return { collection: await this.view(name), isNew };
  }

  /** Rejects with COLLECTION_NOT_FOUND. */
  async view(name: string): Promise<CollectionView> {
    const [found] = await this.collections.list(name);
    if (found === undefined) throw new SluiceError('COLLECTION_NOT_FOUND', `There is no collection "${name}".`);
    return found;
  }

  async delete(name: string): Promise<void> {
    await this.whileNoJob(`Collection "${name}"`, async () => {
      const deleted = await deleteCollection(this.db, name);
      if (deleted === undefined) throw new SluiceError('COLLECTION_NOT_FOUND', `There is no collection "${name}".`);
      return deleted;
    });
  }

  async listSources(name: string): Promise<SourceView[]> {
    return this.sources.list((await this.collections.get(name)).id);
  }

  async removeSource(name: string, locator: string): Promise<{ documents: number }> {
    const collection = await this.collections.get(name);
    const { documents } = await this.whileNoJob(`Source ${locator} of collection "${name}"`, async () => {
      const removed = await this.sources.remove(collection.id, locator);
      if (removed !== undefined) return removed;
      throw new SluiceError('SOURCE_NOT_FOUND', `Collection "${name}" has no source ${locator}.`, { hint: `List its sources with \`sluice sources ${name}\`.` });
    });
    return { documents };
  }

  /** Rejects with ALREADY_RUNNING while a job is active. One whose workflow has ended, unknown to the mirror, is none: it is mended first. */
  private async whileNoJob<T extends { activeJobs: string[] }>(what: string, remove: () => Promise<T>): Promise<T> {
    const mended = new Set<string>();
    for (;;) {
      const removed = await remove();
      const [jobId] = removed.activeJobs;
      if (jobId === undefined) return removed;
      if (mended.has(jobId) || !(await this.mend(jobId))) throw new SluiceError('ALREADY_RUNNING', `${what} is in use by job ${removed.activeJobs.join(', ')}.`);
      mended.add(jobId);
    }
  }

  /** Whether the job had ended. That there is no trace of it is the reconciler's to judge. */
  private async mend(jobId: string): Promise<boolean> {
    const job = await findSettledJob(this.jobs, this.workflows, jobId);
    if (job === undefined || isJobFinished(job.status)) return true;
    // Of another namespace nothing is known here.
    if (job.namespace !== this.workflows.namespace) return false;
    const seen = await this.workflows.look(jobId, job.firstRunId).catch(() => undefined);
    if (seen?.end === undefined || seen.end.error?.code === 'LOST') return false;
    if (await this.jobs.adoptEnd(jobId, seen.end, seen.run)) await this.finishing.cleanUp(jobId);
    return true;
  }
}
