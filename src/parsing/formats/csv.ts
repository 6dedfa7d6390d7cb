/** CSV, TSV and their kin: a line a row, as in the file, with the header beside it for the chunks that don't hold it. */
import { DocumentFailure } from '../../domain/document-outcome';
import { findDelimiter, hasHeader } from '../csv/csv-dialect';
import { readCsvRows } from '../csv/csv-rows';
import { fileEnding } from '../file-ending';
import type { ParsedDocument, Table } from '../parsed-document';
import type { ParserContext } from '../parser';
import { decodeText } from '../text/decode-text';

export function parseCsv(bytes: Buffer, context: ParserContext): ParsedDocument {
  const decoded = decodeText(bytes);
  if (decoded === undefined) throw new DocumentFailure('BINARY_CONTENT');
  const warnings = [...decoded.warnings];
  const delimiter = findDelimiter(decoded.text, fileEnding(context.uri) === '.tsv');
  const { rows, unclosedQuotes } = readCsvRows(decoded.text.replace(/^sep=.\n/i, ''), delimiter);
  if (unclosedQuotes > 0) warnings.push(`${unclosedQuotes} quotes are not closed; they were read as characters.`);
  const header = hasHeader(rows) ? rows[0] : undefined;
  if (header !== undefined && rows.length === 1) {
    return {
      text: '',
      title: null,
      structure: { headings: [], tables: [] },
      metadata: {},
      warnings: [...warnings, 'The table has a header and no rows.'],
    };
  }
  const columns = (header ?? rows[0])?.cells.length ?? 0;
  const ragged = rows.filter(({ cells }) => cells.length !== columns).length;
  if (ragged > 0) warnings.push(`${ragged} of ${rows.length} rows do not have ${columns} cells like the first one.`);
  const text = rows.map(({ line }) => line).join('\n');
  const tables: Table[] = header === undefined ? [] : [{ start: 0, end: text.length, header: header.line }];
  return { text, title: null, structure: { headings: [], tables }, metadata: {}, warnings };
}
