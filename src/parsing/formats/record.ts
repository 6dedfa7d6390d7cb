/** One record of a container (a line of JSONL, an element of a JSON array): its text field is the document. */
import { DocumentFailure } from '../../domain/document-outcome';
import { findTextField, findTitleField, isJsonObject } from '../containers/record-fields';
import { smallMetadata } from '../document-metadata';
import type { Heading, ParsedDocument } from '../parsed-document';
import { cleanText, oneLine } from '../text/clean-text';

export function parseRecord(bytes: Buffer): ParsedDocument {
  const record = readObject(bytes);
  const textField = findTextField(record);
  if (textField === undefined) throw new DocumentFailure('INVALID_RECORD', 'The record has no text field.');
  const titleField = findTitleField(record, textField);
  const title = titleField === undefined ? null : oneLine(String(record[titleField]).slice(0, 1000));
  const others = Object.entries(record).filter(
    ([key, value]) => key !== textField && key !== titleField && (value === null || typeof value !== 'object'),
  );
  const headings: Heading[] = title ? [{ level: 1, title, start: 0, end: 0 }] : [];
  return {
    text: cleanText(String(record[textField])),
    title,
    structure: { headings, tables: [] },
    metadata: smallMetadata(Object.fromEntries(others)),
    warnings: [],
  };
}

function readObject(bytes: Buffer): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8').replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new DocumentFailure('INVALID_RECORD', `The record is not valid JSON: ${(error as Error).message.slice(0, 200)}`);
  }
  if (!isJsonObject(value)) throw new DocumentFailure('INVALID_RECORD', 'The record is not an object.');
  return value;
}
