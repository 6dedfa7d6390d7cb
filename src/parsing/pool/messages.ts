/** What the pool and its children say to each other. A child has one request at a time, so answers need no number. */
import type { DocumentFailureCode } from '../../domain/document-outcome';
import type { FileContent, ParseRequest, ParseResult, RecordPage } from '../parser-pool';

/** Requests by method, with the type of their answer. */
export interface Methods {
  parse: { request: ParseRequest; answer: ParseResult };
  isContainer: { request: { uri: string; content: FileContent }; answer: boolean };
  listRecords: { request: { uri: string; content: FileContent; from: number; limit: number }; answer: RecordPage };
}

export type Request = { [M in keyof Methods]: { method: M } & Methods[M]['request'] }[keyof Methods];

export type Answer =
  | { kind: 'ready' }
  /** The child can't work at all: a parser module is wrong. */
  | { kind: 'cannot-start'; message: string }
  | (Outcome & { residentBytes: number });

export type Outcome =
  { kind: 'result'; value: Methods[keyof Methods]['answer'] } | { kind: 'failure'; code: DocumentFailureCode; message: string };

/** Given to a child as its one argument, in JSON. */
export interface ChildSettings {
  /** Process id of the pool: when it is gone, so is the child. */
  parentPid: number;
  parserModules: readonly string[];
}
