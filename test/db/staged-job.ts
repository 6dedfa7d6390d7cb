/** Brings a job as far as a test needs it, through the repositories that real activities use. */
import { createHash } from 'node:crypto';
import { embeddedText } from '../../src/chunking/chunk';
import { BatchRepository } from '../../src/db/batch-repository';
import { ChunkingRepository } from '../../src/db/chunking-repository';
import { claimSource } from '../../src/db/claim-source';
import { CollectionRepository, type Collection } from '../../src/db/collection-repository';
import type { Db } from '../../src/db/connect';
import { DiscoveryRepository } from '../../src/db/discovery-repository';
import { EmbeddingRepository } from '../../src/db/embedding-repository';
import { getJobContext, type JobContext } from '../../src/db/job-context';
import { JobRepository } from '../../src/db/job-repository';
import { LoadingRepository, type LoadedDocument } from '../../src/db/loading-repository';
import { PublishingRepository } from '../../src/db/publishing-repository';
import type { DiscoveredItem } from '../../src/sources/source-reader';

export const DIMENSIONS = 3;
export const MODEL = { provider: 'static', model: 'tiny', dimensions: DIMENSIONS };
export const NEVER: AbortSignal = new AbortController().signal;
const CREATED_AT = '2026-01-01T00:00:00.000Z';

/** A text for each passage; the vector of a passage is derived from it, unless it is given. */
export interface TestDocument {
  uri: string;
  passages: (string | { text: string; vector: number[] | null })[];
}

export async function openCollection(db: Db, name = 'books', vectorWeight = 0.5): Promise<Collection> {
  return new CollectionRepository(db).open(name, {}, { model: MODEL, vectorWeight, chunkTokens: 256, chunkOverlap: 32 });
}

/** An opened job on a source, without documents. */
export async function openJob(db: Db, jobId: string, { collection = 'books', locator = 'folder:/books' } = {}): Promise<JobContext> {
  const opened = await openCollection(db, collection);
  const source = await new CollectionRepository(db).openSource(opened.id, 'folder', locator);
  await new JobRepository(db).adopt({ jobId, collection, source: { kind: 'folder', path: '/books' }, options: {}, retryOf: null, createdAt: CREATED_AT }, `run-${jobId}`);
  const held = await claimSource(db, jobId, opened, source.id);
  if (held !== undefined) throw new Error(`Held by ${held.heldBy}`);
  return getJobContext(db, jobId);
}

export function found(uri: string): DiscoveredItem {
  return { kind: 'document', uri, reference: { path: `/books/${uri}` }, size: 10, changeToken: `token of ${uri}` };
}

export async function discover(db: Db, job: JobContext, items: DiscoveredItem[]): Promise<void> {
  await new DiscoveryRepository(db).savePage({ jobId: job.jobId, page: 0, firstOrdinal: 0, firstBatch: 0 }, items, undefined, { batchDocuments: 1e6, batchBytes: 1e9 });
}

export function loaded(ordinal: number, { passages }: TestDocument): LoadedDocument {
  const text = passages.map(textOf).join('\n');
  return { ordinal, contentHash: sha256(text), parserVersion: 'text@1', document: { text, title: `Title ${ordinal}`, structure: { headings: [], tables: [] }, metadata: { n: ordinal }, warnings: [] } };
}

export function chunked(ordinal: number, { passages }: TestDocument) {
  let startOffset = 0;
  const chunks = passages.map((passage, index) => {
    const text = textOf(passage);
    const chunk = { ordinal: index, text, context: '', headingPath: [`Heading ${index}`], startOffset, endOffset: startOffset + text.length, tokens: 3 };
    startOffset += text.length + 1;
    return { ...chunk, textHash: sha256(embeddedText(chunk)) };
  });
  return { ordinal, chunks };
}

export function answers(documents: readonly TestDocument[]): { hash: string; vector: Float32Array | null }[] {
  return documents.flatMap(({ passages }) =>
    passages.map((passage) => {
      const vector = typeof passage === 'string' ? derivedVector(passage) : passage.vector;
      return { hash: sha256(textOf(passage)), vector: vector && Float32Array.from(vector) };
    }),
  );
}

/** Discovers, loads, chunks and embeds documents as batch 0 of the job; publishing is left. */
export async function stage(db: Db, job: JobContext, documents: readonly TestDocument[]): Promise<void> {
  await discover(db, job, documents.map(({ uri }) => found(uri)));
  await new LoadingRepository(db).save(job, 0, { loaded: documents.map((document, ordinal) => loaded(ordinal, document)), unchanged: [], failed: [] }, 1);
  await new ChunkingRepository(db).save(job, documents.map((document, ordinal) => chunked(ordinal, document)));
  await new EmbeddingRepository(db).store(job, answers(documents), { tokens: 0, cost: 0 });
}

export async function publish(db: Db, job: JobContext, batch = 0): Promise<void> {
  const publishing = new PublishingRepository(db);
  const ordinals = (await publishing.findUnpublished(job, batch)).map(({ ordinal }) => ordinal);
  await publishing.publish(job, ordinals, 'chunker@1/256/32', 1, NEVER);
}

/** Ends the job so that its source is free, with its batches counted. */
export async function endJob(db: Db, job: JobContext): Promise<void> {
  await new BatchRepository(db).complete(job.jobId, 'INDEXING', 0);
  await new JobRepository(db).adoptEnd(job.jobId, { error: { code: 'TERMINATED', message: 'the test is done with it' }, at: CREATED_AT });
}

/** A whole job: what is in the collection afterwards. */
export async function ingest(db: Db, jobId: string, documents: readonly TestDocument[], where: { collection?: string; locator?: string } = {}): Promise<JobContext> {
  const job = await openJob(db, jobId, where);
  await stage(db, job, documents);
  await publish(db, job);
  await endJob(db, job);
  return job;
}

function textOf(passage: TestDocument['passages'][number]): string {
  return typeof passage === 'string' ? passage : passage.text;
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function derivedVector(text: string): number[] {
  return [...createHash('sha256').update(text).digest().subarray(0, DIMENSIONS)].map((byte) => byte + 1);
}
