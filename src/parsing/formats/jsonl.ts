/** A file named like lines of JSON that holds no record: one JSON value after all, or nothing that can be read. */
import { DocumentFailure } from '../../domain/document-outcome';
import type { ParsedDocument } from '../parsed-document';
import { parseJson } from './json';

export function parseJsonLines(bytes: Buffer): ParsedDocument {
  try {
    return parseJson(bytes);
  } catch (error) {
    if (!(error instanceof DocumentFailure) || error.code !== 'CORRUPT_DOCUMENT') throw error;
    throw new DocumentFailure('CORRUPT_DOCUMENT', 'The file is named like lines of JSON, and none of its first lines is an object.', {
      cause: error,
    });
  }
}
