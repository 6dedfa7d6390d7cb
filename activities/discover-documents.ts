import { JOB_DEFAULTS, MAX_BATCH_BYTES } from '../src/domain/job-defaults';
import { SluiceError } from '../src/domain/errors';
import { DiscoveryRepository } from '../src/db/discovery-repository';
import { getJobContext, type JobContext } from '../src/db/job-context';
import type { DiscoveryPage } from '../src/sources/source-reader';
import type { Activities } from './activities';
import type { DiscoverArgument } from './contract';
import type { ActivityDependencies } from './dependencies';
import { stoppable } from './stoppable';

/** Documents found in one page: a second or less of listing. */
const PAGE_DOCUMENTS = 5_000;

/** Below this many vanished documents a removal is ordinary, however small the source. */
const MASS_REMOVAL_MIN_DOCUMENTS = 10;

/**
 * Finds a page of the source's documents and binds them into batches. Belongs to LOADING.
 *
 * Idempotence: a page is committed once, under its number. Heartbeats: yes. Retries: unlimited; SOURCE_NOT_FOUND, NO_DOCUMENTS and
 * MASS_REMOVAL end the job.
 */
export function createDiscoverDocuments({ db, readers }: ActivityDependencies): Activities['discoverDocuments'] {
  const discovery = new DiscoveryRepository(db);

  return (argument) =>
    stoppable(async (signal) => {
      const job = await getJobContext(db, argument.jobId);
      const found = (await discovery.findPage(argument.jobId, argument.page)) ?? (await discover(job, argument, signal));
      if (!found.more) await judge(job, argument.firstOrdinal + found.documents);
      return found;
    });

  async function discover(job: JobContext, argument: DiscoverArgument, signal: AbortSignal) {
    const page = await readPage(job, argument, signal);
    const limits = { batchDocuments: job.options.batchDocuments ?? JOB_DEFAULTS.batchDocuments, batchBytes: MAX_BATCH_BYTES };
    // Before anything of this job is published: what it adds must not make a mass removal look small.
    return discovery.savePage(argument, page.items, page.next, limits, argument.page === 0 ? await discovery.countPublished(job) : undefined);
  }

  async function readPage(job: JobContext, { page }: DiscoverArgument, signal: AbortSignal): Promise<DiscoveryPage> {
    if (job.options.onlyFailedOf !== undefined) return { items: await discovery.failedOf(job.options.onlyFailedOf) };
    const reader = readers.getReader(job.source);
    if (page === 0) await reader.check(job.source);
    return reader.discover(job.source, await discovery.findCursor(job.jobId, page), PAGE_DOCUMENTS, signal);
  }

  /** At the end of discovery: an unmounted disk must not empty an index, and nothing found is not a success. */
  async function judge(job: JobContext, total: number): Promise<void> {
    if (job.options.onlyFailedOf !== undefined) return;
    const { vanished, incomplete } = await discovery.countVanished(job);
    const published = (await discovery.findPage(job.jobId, 0))?.publishedBefore ?? 0;
    if (total === 0 && published === 0) throw new SluiceError('NO_DOCUMENTS', 'The source holds no document that Sluice reads, and none was published from it before.');
    const isMass = vanished > 0 && (vanished === published || (vanished > published / 2 && vanished > MASS_REMOVAL_MIN_DOCUMENTS));
    if (isMass && !incomplete && !job.options.allowMassRemoval) {
      throw new SluiceError('MASS_REMOVAL', `${vanished} of ${published} published documents are no longer in the source; nothing was removed.`);
    }
  }
}
