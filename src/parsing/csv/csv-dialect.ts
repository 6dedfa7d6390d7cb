/** What a delimited file doesn't say of itself: its delimiter, and whether its first row is a header. */
import { readCsvRows, type CsvRow } from './csv-rows';

const DELIMITERS = [',', ';', '\t', '|'] as const;
const SAMPLE_CHARACTERS = 64 * 1024;
const SAMPLE_ROWS = 200;
const MAX_HEADER_CHARACTERS = 100;

/** The delimiter that splits the first rows into the same number of cells, the more the better. A comma when none does. */
export function findDelimiter(text: string, isNamedTsv: boolean): string {
  const announced = /^sep=(.)\n/i.exec(text.slice(0, 16))?.[1];
  if (announced !== undefined) return announced;
  const sample = text.slice(0, SAMPLE_CHARACTERS);
  const scored = DELIMITERS.map((delimiter) => ({
    delimiter,
    score: score(sample, delimiter) + (isNamedTsv && delimiter === '\t' ? 1 : 0),
  }));
  const best = scored.reduce((a, b) => (b.score > a.score ? b : a));
  return best.score > 0 ? best.delimiter : ',';
}

/** Share of the rows with the most frequent number of cells, weighted up a little by that number; 0: it splits nothing. */
function score(sample: string, delimiter: string): number {
  const { rows } = readCsvRows(sample, delimiter, SAMPLE_ROWS);
  const counts = new Map<number, number>();
  for (const { cells } of rows) counts.set(cells.length, (counts.get(cells.length) ?? 0) + 1);
  const [cells, frequency] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a), [1, 0]);
  return cells < 2 ? 0 : frequency / rows.length + Math.min(cells, 20) / 100;
}

/** Whether the first row names the columns: words above, while below are numbers and dates, or words that differ from them. */
export function hasHeader(rows: readonly CsvRow[]): boolean {
  const [first, ...others] = rows.slice(0, SAMPLE_ROWS);
  if (first === undefined || first.cells.every((cell) => cell.trim() === '')) return false;
  if (first.cells.some((cell) => isValue(cell) || cell.length > MAX_HEADER_CHARACTERS)) return false;
  if (others.length === 0) return true;
  return first.cells.every((name, column) => name === '' || !others.some(({ cells }) => cells[column] === name));
}

/** A number, date, time or the like: what a column holds and isn't called. A plain year is the name of many columns. */
function isValue(cell: string): boolean {
  const text = cell.trim();
  return /\d/.test(text) && /^[\d\s.,:;/+\-%$€£()eET]+$/.test(text) && !/^(?:19|20)\d\d$/.test(text);
}
