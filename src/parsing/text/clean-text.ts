/**
 * The clean-up that every text goes through: what Postgres refuses, what breaks offsets, and what nobody sees.
 * A cleaned text stays the same when cleaned again.
 */
import type { ParsedDocument } from '../parsed-document';

// NUL, BOM, and every line end but LF: CR, VT, FF, NEL, LINE SEPARATOR, PARAGRAPH SEPARATOR.
const UNCLEAN = /[\u0000\uFEFF\r\v\f\u0085\u2028\u2029]/;
const REMOVED = /[\u0000\uFEFF]/g;
const LINE_ENDS = /\r\n|[\r\v\f\u0085\u2028\u2029]/g;
// Without the u flag a surrogate that has its partner would match too.
const LONE_SURROGATE = /\p{Surrogate}/u;
const LONE_SURROGATES = /\p{Surrogate}/gu;

/** LF as the only line end, no NUL, no byte order mark, U+FFFD for each unpaired surrogate. Linear. */
export function cleanText(text: string): string {
  let clean = text;
  if (UNCLEAN.test(clean)) clean = clean.replace(LINE_ENDS, '\n').replace(REMOVED, '');
  // Removing a character may have made a pair of two lone surrogates: that is a character then.
  if (LONE_SURROGATE.test(clean)) clean = clean.replace(LONE_SURROGATES, '\uFFFD');
  return clean;
}

/** Cleans a document made by any parser; offsets follow the text. */
export function cleanDocument(document: ParsedDocument): ParsedDocument {
  const { text, title, structure } = document;
  const cleanTitle = title === null ? null : oneLine(title);
  const headings = structure.headings.map((heading) => ({ ...heading, title: oneLine(heading.title) }));
  const tables = structure.tables.map((table) => ({ ...table, header: cleanText(table.header) }));
  const clean = cleanText(text);
  if (clean !== text) {
    const moved = movedOffsets(
      text,
      [...headings, ...tables].flatMap(({ start, end }) => [start, end]),
    );
    for (const range of [...headings, ...tables]) {
      range.start = moved.get(range.start) ?? 0;
      range.end = moved.get(range.end) ?? 0;
    }
  }
  return { ...document, text: clean, title: cleanTitle === '' ? null : cleanTitle, structure: { headings, tables } };
}

/** A title: cleaned, on one line, single spaces. */
export function oneLine(text: string): string {
  return cleanText(text)
    .split(/\s+/)
    .filter((word) => word !== '')
    .join(' ');
}

/** Old offset → offset in the cleaned text. */
function movedOffsets(text: string, offsets: readonly number[]): Map<number, number> {
  const moved = new Map<number, number>();
  let before = 0;
  let length = 0;
  for (const offset of [...new Set(offsets)].sort((a, b) => a - b)) {
    length += cleanText(text.slice(before, offset)).length;
    before = offset;
    moved.set(offset, length);
  }
  return moved;
}
