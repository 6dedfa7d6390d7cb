import type { ParsedDocument } from './parsed-document';

/** A file, or a part of one, that a parser child opens by itself. */
export interface FileContent {
  /** Absolute path on this machine. */
  path: string;
  /** Bytes [start, end) of the file: a record of a container. Absent: the whole file. */
  range?: { start: number; end: number };
  /** Of the file in which the range was found, see file-token.ts: in another content these bytes are other ones. */
  fileToken?: string;
}

export interface ParseRequest {
  content: FileContent;
  /** The document's URI: its ending is a hint at the format; the content decides. */
  uri: string;
  /** What is published already. Same bytes and same parser version: nothing is parsed. */
  known?: { contentHash: string; parserVersion: string };
}

export type ParseResult =
  | { kind: 'unchanged' }
  | {
      kind: 'parsed';
      /** SHA-256 of the bytes, hex. */
      contentHash: string;
      /** Name and version of what parsed it, such as `markdown@1`: another one means parsing again. */
      parserVersion: string;
      document: ParsedDocument;
    };

/** A record of a container, found by listing it. */
export type ContainerRecord =
  { id: string; range: { start: number; end: number } } | { id: string; failure: { code: 'INVALID_RECORD'; message: string } };

export interface RecordPage {
  records: ContainerRecord[];
  /** Where the next page begins; undefined: there is none. */
  next?: number;
}

/**
 * Parses untrusted files in child processes, each with a limit of time and memory. What a file does to a child is that document's
 * failure: every method rejects with a DocumentFailure, or with the signal's reason when it is aborted (the child at work is killed).
 */
export interface ParserPool {
  parse(request: ParseRequest, signal: AbortSignal): Promise<ParseResult>;
  /** Whether the file holds a document a record (JSONL, or a JSON array of objects with a text field). */
  isContainer(uri: string, content: FileContent, signal: AbortSignal): Promise<boolean>;
  /** Lists records from byte `from` on, at most `limit` of them. */
  listRecords(uri: string, content: FileContent, from: number, limit: number, signal: AbortSignal): Promise<RecordPage>;
  close(): Promise<void>;
}
