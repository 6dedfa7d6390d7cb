/** A file as discovery sees it: one document, or, when it is a container, a document a record. */
import { DocumentFailure } from '../domain/document-outcome';
import type { ContainerRecord, ParserPool } from '../parsing/parser-pool';
import { hasSettled } from './file-time';
import type { RecordPosition } from './folder-cursor';
import type { FoundFile } from './folder-entry';
import type { DiscoveredItem } from './source-reader';

export interface ContainerPage {
  items: DiscoveredItem[];
  /** Where the container's next records begin; undefined: that was all of it. */
  next?: RecordPosition;
}

/** @param from where the page before ended within this file @param limit at most so many items */
export async function listContainer(
  parsers: ParserPool,
  file: FoundFile,
  from: RecordPosition | undefined,
  limit: number,
  signal: AbortSignal,
): Promise<ContainerPage> {
  const content = { path: file.path };
  if (from && from.changeToken !== file.changeToken) return { items: [incomplete(file, 'it changed while it was being listed')] };
  try {
    if (!from && !(await parsers.isContainer(file.uri, content, signal))) {
      return { items: [{ kind: 'document', uri: file.uri, reference: content, size: file.size, changeToken: settledToken(file) }] };
    }
    const page = await parsers.listRecords(file.uri, content, from?.from ?? 0, limit, signal);
    const items = page.records.map((record) => itemOf(file, record));
    return page.next === undefined ? { items } : { items, next: { from: page.next, changeToken: file.changeToken } };
  } catch (error) {
    if (!(error instanceof DocumentFailure)) throw error;
    // Not that failure's own code: the records published from this file before are not gone, they are unknown.
    return { items: [incomplete(file, `the list of its records failed with ${error.code}: ${error.message}`)] };
  }
}

function itemOf(file: FoundFile, record: ContainerRecord): DiscoveredItem {
  const uri = `${file.uri}#${record.id}`;
  if ('failure' in record) return { kind: 'broken', uri, ...record.failure };
  const { start, end } = record.range;
  return { kind: 'document', uri, reference: { path: file.path, range: record.range, fileToken: file.changeToken }, size: end - start, changeToken: settledToken(file) };
}

/** A file written just now may be written again within one tick of its file system's clock: its time tells nothing yet. */
function settledToken(file: FoundFile): string | null {
  return hasSettled(file.modifiedAtMs) ? file.changeToken : null;
}

function incomplete(file: FoundFile, why: string): DiscoveredItem {
  return {
    kind: 'broken',
    uri: file.uri,
    code: 'SOURCE_INCOMPLETE',
    message: `What is in ${JSON.stringify(file.uri)} is not known: ${why}`,
  };
}
