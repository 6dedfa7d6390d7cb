/**
 * Lists the records of containers page by page, with a name for each that is unique in its container. What was seen so far (the names and
 * the count of lines) is kept between pages; a process that has not seen the begin reads it again, so that a page is the same from any of
 * them.
 */
import type { FileHandle } from 'node:fs/promises';
import { DocumentFailure } from '../../domain/document-outcome';
import type { ContainerRecord, FileContent, RecordPage } from '../parser-pool';
import { fileToken } from '../file-token';
import { withFile } from '../read-content';
import { findLayout, isBlank, type ContainerLayout } from './container-layout';
import { MAX_RECORD_BYTES, type Element } from './element';
import { readJsonArray } from './json-array';
import { readJsonLines } from './json-lines';
import { NameSet } from './name-set';
import { findRecordId, findTextField, isJsonObject } from './record-fields';

/** A page ends after so many bytes even with few records: no page takes longer than a moment. */
const PAGE_BYTES = 64 * 1024 * 1024;
const KEPT_LISTINGS = 4;

interface Listing {
  layout: ContainerLayout;
  /** Where the next page begins. */
  next: number;
  /** Line or index of what stands there. */
  nextNumber: number;
  names: NameSet;
}

export class RecordListings {
  private readonly listings = new Map<string, Listing>();

  list(uri: string, content: FileContent, from: number, limit: number): Promise<RecordPage> {
    return withFile(content.path, async (file, stats) => {
      const key = `${content.path}\0${stats.ino}\0${fileToken(stats)}`;
      const listing = await this.listingAt(uri, file, key, from);
      const records: ContainerRecord[] = [];
      const isOver = await readPage(
        file,
        listing,
        PAGE_BYTES,
        () => records.length >= limit,
        (record) => records.push(record),
      );
      this.listings.delete(key);
      if (isOver || (listing.layout === 'lines' && listing.next >= stats.size)) return { records };
      this.keep(key, listing);
      return { records, next: listing.next };
    });
  }

  private async listingAt(uri: string, file: FileHandle, key: string, from: number): Promise<Listing> {
    const known = this.listings.get(key);
    if (known?.next === from) return known;
    const layout = await findLayout(uri, file);
    if (layout === undefined) throw new DocumentFailure('CORRUPT_DOCUMENT', 'The file holds no records.');
    const listing: Listing = { layout, next: 0, nextNumber: layout === 'lines' ? 1 : 0, names: new NameSet() };
    if (from > 0)
      await readPage(
        file,
        listing,
        Infinity,
        () => listing.next >= from,
        () => undefined,
      );
    return listing;
  }

  private keep(key: string, listing: Listing): void {
    this.listings.set(key, listing);
    const oldest = this.listings.keys().next().value;
    if (this.listings.size > KEPT_LISTINGS && oldest !== undefined) this.listings.delete(oldest);
  }
}

/** Reads on from where the listing stands; whether the container is over. */
async function readPage(
  file: FileHandle,
  listing: Listing,
  maxBytes: number,
  isFull: () => boolean,
  add: (record: ContainerRecord) => void,
): Promise<boolean> {
  if (isFull()) return false;
  const start = listing.next;
  const read = listing.layout === 'lines' ? readJsonLines : readJsonArray;
  for await (const element of read(file, start, listing.nextNumber)) {
    if (element.bytes === undefined || !isBlank(element.bytes) || element.isCut) add(toRecord(element, listing));
    listing.nextNumber = element.number + 1;
    listing.next = listing.layout === 'lines' ? element.end + 1 : element.end;
    if (element.isCut) return true;
    if (isFull() || listing.next - start >= maxBytes) return false;
  }
  return true;
}

function toRecord(element: Element, listing: Listing): ContainerRecord {
  const { start, end, number } = element;
  const place = listing.layout === 'lines' ? `Line ${number}` : `Item ${number}`;
  const read = readRecord(element);
  if ('problem' in read) {
    return {
      id: uniqueName(String(number), number, listing.names),
      failure: { code: 'INVALID_RECORD', message: `${place} ${read.problem}` },
    };
  }
  return { id: uniqueName(read.id ?? String(number), number, listing.names), range: { start, end } };
}

function readRecord(element: Element): { id: string | undefined } | { problem: string } {
  if (element.bytes === undefined) return { problem: `has more than ${MAX_RECORD_BYTES} bytes.` };
  if (element.isCut) return { problem: 'is cut: the file ends before it does.' };
  let value: unknown;
  try {
    value = JSON.parse(element.bytes.toString('utf8').replace(/^\uFEFF/, ''));
  } catch (error) {
    return { problem: `is not valid JSON: ${(error as Error).message.slice(0, 200)}` };
  }
  if (!isJsonObject(value)) return { problem: 'is not an object.' };
  if (findTextField(value) === undefined) return { problem: 'has no text field.' };
  return { id: findRecordId(value) };
}

/** The name itself, or, where it was used before, with the line or index appended. */
function uniqueName(name: string, number: number, names: NameSet): string {
  let unique = name;
  while (!names.add(unique)) unique += `~${number}`;
  return unique;
}
