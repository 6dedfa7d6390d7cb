/** JSON that is no container: its leaves with their keys, as indented lines. Keys of the outer levels are headings. */
import { DocumentFailure } from '../../domain/document-outcome';
import { writeJsonLeaves } from '../json/json-leaves';
import type { ParsedDocument } from '../parsed-document';
import { decodeText } from '../text/decode-text';
import { TextBuilder } from '../text/text-builder';

export function parseJson(bytes: Buffer): ParsedDocument {
  const decoded = decodeText(bytes);
  if (decoded === undefined) throw new DocumentFailure('BINARY_CONTENT');
  const { text: source, warnings } = decoded;
  if (source.trim() === '') return { text: '', title: null, structure: { headings: [], tables: [] }, metadata: {}, warnings };
  try {
    // Only to know that it is valid: the writer below trusts that, and keeps what values lose (digits, repeated keys).
    JSON.parse(source);
  } catch (error) {
    throw new DocumentFailure('CORRUPT_DOCUMENT', `The file is not valid JSON: ${(error as Error).message.slice(0, 200)}`, {
      cause: error,
    });
  }
  const text = new TextBuilder();
  writeJsonLeaves(source, text);
  return { text: text.text(), title: null, structure: { headings: text.headings, tables: [] }, metadata: {}, warnings };
}
