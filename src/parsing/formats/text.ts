/** Plain text of any charset: taken as it is. Its headings, if any, are not told from other lines. */
import { DocumentFailure } from '../../domain/document-outcome';
import type { ParsedDocument } from '../parsed-document';
import { decodeText } from '../text/decode-text';

export function parseText(bytes: Buffer): ParsedDocument {
  const decoded = decodeText(bytes);
  if (decoded === undefined) throw new DocumentFailure('BINARY_CONTENT');
  return { text: decoded.text, title: null, structure: { headings: [], tables: [] }, metadata: {}, warnings: decoded.warnings };
}
