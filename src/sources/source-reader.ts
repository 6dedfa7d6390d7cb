import type { OwnSource, Source, SourceFields } from '../domain/ingestion-input';
import type { FileContent } from '../parsing/parser-pool';

/** A document as discovery finds it: enough to tell whether it changed, and to open it. */
export interface DiscoveredDocument {
  kind: 'document';
  /** Unique in its source, stable over jobs. */
  uri: string;
  /** The file or the part of one that a parser child opens. */
  reference: FileContent;
  /** Size in bytes; of the record, for a record. */
  size: number;
  /**
   * Changes whenever the content may have, taken before reading: a file's size and mtime in ns; a record has its container's.
   * null: there is none to rely on, the content will be read.
   */
  changeToken: string | null;
}

/** A file of a type that Sluice doesn't read. */
export interface IgnoredFile {
  kind: 'ignored';
  uri: string;
  reason: string;
}

/** A document that is there and can't be processed, known at discovery. */
export interface BrokenDocument {
  kind: 'broken';
  uri: string;
  code: 'SOURCE_INCOMPLETE' | 'INVALID_RECORD' | 'UNSUPPORTED_FORMAT' | 'READ_ERROR';
  message: string;
}

export type DiscoveredItem = DiscoveredDocument | IgnoredFile | BrokenDocument;

export interface DiscoveryPage {
  items: DiscoveredItem[];
  /** Where the next page begins, opaque to everyone else; undefined: this was the last. */
  next?: string;
}

/** One kind of source. A page is a function of the source and its cursor alone, so that discovery can go on in another process. */
export interface SourceReader<S extends Source | OwnSource = Source> {
  readonly kind: S['kind'];
  /** What the source is, without its filters: kind and resolved path or URL, such as `folder:/data/handbook`. */
  locator(source: S): Promise<string>;
  /** Rejects with SOURCE_NOT_FOUND when there is nothing at the source's path. */
  check(source: S): Promise<void>;
  /** Items in a fixed order, some `limit` of them from the cursor on. A part that can't be listed is a BrokenDocument SOURCE_INCOMPLETE. */
  discover(source: S, cursor: string | undefined, limit: number, signal: AbortSignal): Promise<DiscoveryPage>;
}

/**
 * A kind of source that a user adds. Its documents are files (a range of bytes is a JSON record) that the worker's parser children open:
 * what comes from elsewhere is written to files by `discover`, and kept until the job has ended. One of a kind that Sluice has replaces it.
 */
export interface OwnSourceReader<S extends OwnSource = OwnSource> extends SourceReader<S> {
  readonly fields: SourceFields;
}
