import { DocumentFailure } from '../src/domain/document-outcome';
import { BatchRepository } from '../src/db/batch-repository';
import { getJobContext, type JobContext } from '../src/db/job-context';
import { LoadingRepository, type DocumentToLoad, type LoadedSlice } from '../src/db/loading-repository';
import { chunkerVersionOf } from '../src/chunking/chunker-version';
import type { Activities } from './activities';
import type { BatchResult, Stopped } from './contract';
import type { ActivityDependencies } from './dependencies';
import { isRefusedData } from './server-errors';
import { attemptNumber, stoppable } from './stoppable';

/** A slice of a batch is committed when it holds so much text: a kill loses no more than that. */
const SLICE_TEXT_LENGTH = 300_000;
const SLICE_DOCUMENTS = 100;

/**
 * LOADING of a batch: reads and parses its documents, skips what has not changed.
 *
 * Idempotence: documents are committed in slices, each once; a later attempt goes on after them. Heartbeats: yes. Retries: unlimited for
 * what passes by itself; a document that can't be read fails alone.
 */
export function createLoadBatch({ db, parsers, isCurrentParser, turns }: ActivityDependencies): Activities['loadBatch'] {
  const batches = new BatchRepository(db);
  const loading = new LoadingRepository(db);

  return ({ jobId, batch }) =>
    stoppable(async (signal): Promise<BatchResult | Stopped> => {
      const done = await batches.find(jobId, 'LOADING', batch);
      if (done !== undefined) return done;
      const job = await getJobContext(db, jobId);
      const slice = new Slice();
      try {
        const documents = await loading.findUnloaded(job, batch);
        const isDone = await turns.take(documents, signal, async (document) => {
          await load(job, document, slice, signal);
          if (slice.isFull()) await save(job, batch, slice.take());
        });
        if (!isDone) return { stopped: true };
      } finally {
        // On a stop too: what is read is kept.
        if (!slice.isEmpty()) await save(job, batch, slice.take());
      }
      return batches.complete(jobId, 'LOADING', batch);
    });

  async function load(job: JobContext, document: DocumentToLoad, slice: Slice, signal: AbortSignal): Promise<void> {
    const { ordinal, uri, reference, size, changeToken, published } = document;
    const comparable = published !== null && published.chunkerVersion === chunkerVersionOf(job.chunkSettings) && isCurrentParser(uri, reference, published.parserVersion) ? published : undefined;
    if (comparable !== undefined && !job.options.verify && comparable.size === size && comparable.changeToken === changeToken && changeToken !== null) {
      slice.add({ unchanged: [{ ordinal, changeToken }] });
      return;
    }
    try {
      const result = await parsers.parse({ content: reference, uri, known: comparable }, signal);
      if (result.kind === 'unchanged') slice.add({ unchanged: [{ ordinal, changeToken }] });
      else slice.add({ loaded: [{ ordinal, contentHash: result.contentHash, parserVersion: result.parserVersion, document: result.document }] });
    } catch (error) {
      if (!(error instanceof DocumentFailure)) throw error;
      slice.add({ failed: [{ ordinal, code: error.code, message: error.message }] });
    }
  }

  /** When the database refuses what a document holds, that is this document's failure, not its neighbours'. */
  async function save(job: JobContext, batch: number, slice: LoadedSlice): Promise<void> {
    try {
      await loading.save(job, batch, slice, attemptNumber());
    } catch (error) {
      if (!isRefusedData(error)) throw error;
      if (slice.loaded.length > 1) {
        for (const loaded of slice.loaded) await save(job, batch, { loaded: [loaded], unchanged: [], failed: [] });
        await save(job, batch, { ...slice, loaded: [] });
      } else {
        const failed = slice.loaded.map(({ ordinal }) => ({ ordinal, code: 'CORRUPT_DOCUMENT', message: `The database refuses its text: ${(error as Error).message}` }));
        await loading.save(job, batch, { loaded: [], unchanged: slice.unchanged, failed: [...slice.failed, ...failed] }, attemptNumber());
      }
    }
  }
}

/** What of a batch is loaded and not committed yet. */
class Slice {
  private content: LoadedSlice = { loaded: [], unchanged: [], failed: [] };
  private textLength = 0;
  private documents = 0;

  add(part: Partial<LoadedSlice>): void {
    for (const document of part.loaded ?? []) {
      this.content.loaded.push(document);
      this.textLength += document.document.text.length;
    }
    this.content.unchanged.push(...(part.unchanged ?? []));
    this.content.failed.push(...(part.failed ?? []));
    this.documents++;
  }

  isFull(): boolean {
    return this.textLength >= SLICE_TEXT_LENGTH || this.documents >= SLICE_DOCUMENTS;
  }

  isEmpty(): boolean {
    return this.documents === 0;
  }

  take(): LoadedSlice {
    const { content } = this;
    this.content = { loaded: [], unchanged: [], failed: [] };
    this.textLength = 0;
    this.documents = 0;
    return content;
  }
}
