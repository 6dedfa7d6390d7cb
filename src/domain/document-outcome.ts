/** What became of one document in one job. Each document of a job ends with exactly one. */
export const DOCUMENT_OUTCOMES = ['SUCCEEDED', 'FAILED', 'SKIPPED'] as const;

export type DocumentOutcome = (typeof DOCUMENT_OUTCOMES)[number];

/**
 * Why one document failed. The job goes on; the document's old published version stays and the next job tries it again.
 * These are not {@link ErrorCode}s: they never end a job by themselves.
 */
export const DOCUMENT_FAILURES = {
  EMPTY_DOCUMENT: 'The file has no bytes.',
  NO_TEXT_LAYER: 'The PDF holds images only; it must go through text recognition (OCR) first.',
  UNSUPPORTED_FORMAT: 'Sluice does not read this type of file.',
  CORRUPT_DOCUMENT: 'The file is damaged or not what its name says.',
  ENCRYPTED_DOCUMENT: 'The file needs a password.',
  BINARY_CONTENT: 'The file is named like text and holds binary data.',
  INVALID_RECORD: 'The record is not valid JSON or has no text field.',
  TOO_LARGE: 'The file is larger than Sluice reads.',
  PARSE_TIMEOUT: 'Parsing took longer than the limit.',
  PARSE_MEMORY: 'Parsing needed more memory than the limit.',
  PARSER_CRASHED: 'The parser ended in the middle of the document.',
  READ_ERROR: 'The file could not be read.',
  SOURCE_INCOMPLETE: 'A part of the source could not be listed; nothing was removed from the collection.',
  REFUSED_BY_PROVIDER: 'The embedding provider refuses a text of this document.',
} as const;

export type DocumentFailureCode = keyof typeof DOCUMENT_FAILURES;

/** A failure that belongs to one document alone. */
export class DocumentFailure extends Error {
  override readonly name = 'DocumentFailure';

  constructor(readonly code: DocumentFailureCode, message: string = DOCUMENT_FAILURES[code], options: { cause?: unknown } = {}) {
    super(message, options);
  }
}
