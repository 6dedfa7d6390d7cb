/**
 * Splits delimited text into rows and cells: one pass over the characters, whatever the quotes. A quote that is never closed is taken for a
 * character, so that it can't swallow the rows after it.
 */

export interface CsvRow {
  cells: string[];
  /** As it stands in the file, on one line. */
  line: string;
}

/** Blank lines are left out. */
export function readCsvRows(text: string, delimiter: string, maxRows = Infinity): { rows: CsvRow[]; unclosedQuotes: number } {
  const rows: CsvRow[] = [];
  let unclosedQuotes = 0;
  for (let start = 0; start < text.length && rows.length < maxRows;) {
    let row = readRow(text, start, delimiter, unclosedQuotes === 0);
    if (row === undefined) {
      // From now on no quoted cell spans lines: looking for a far closing quote again and again would be quadratic.
      unclosedQuotes++;
      row = readRow(text, start, delimiter, false);
    } else if (row.hasOpenQuote) unclosedQuotes++;
    if (row === undefined) break;
    const line = text.slice(start, row.end);
    if (line.trim() !== '') rows.push({ cells: row.cells, line: line.includes('\n') ? line.replace(/\n/g, ' ') : line });
    start = row.end + 1;
  }
  return { rows, unclosedQuotes };
}

/** undefined: a quote is not closed before the text ends, and cells may span lines. */
function readRow(
  text: string,
  start: number,
  delimiter: string,
  maySpanLines: boolean,
): { cells: string[]; end: number; hasOpenQuote: boolean } | undefined {
  const cells: string[] = [];
  let hasOpenQuote = false;
  let position = start;
  for (;;) {
    if (text[position] === '"') {
      const close = closingQuote(text, position + 1, delimiter, maySpanLines);
      if (close !== undefined) {
        cells.push(text.slice(position + 1, close).replaceAll('""', '"'));
        position = close + 1;
        if (text[position] !== delimiter) return { cells, end: position, hasOpenQuote };
        position++;
        continue;
      }
      if (maySpanLines) return undefined;
      hasOpenQuote = true;
    }
    let end = position;
    while (end < text.length && text[end] !== delimiter && text[end] !== '\n') end++;
    cells.push(text.slice(position, end));
    if (text[end] !== delimiter) return { cells, end, hasOpenQuote };
    position = end + 1;
  }
}

/** A quote closes its cell when a delimiter, a line end or the end follows; another one is part of the cell. */
function closingQuote(text: string, from: number, delimiter: string, maySpanLines: boolean): number | undefined {
  for (let index = from; index < text.length; index++) {
    const character = text[index];
    if (character === '\n' && !maySpanLines) return undefined;
    if (character !== '"') continue;
    const next = text[index + 1];
    if (next === '"') index++;
    else if (next === undefined || next === delimiter || next === '\n') return index;
  }
  return undefined;
}
