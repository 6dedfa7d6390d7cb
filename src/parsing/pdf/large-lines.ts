/** Headings of a PDF without bookmarks: lines in larger letters than the text. */
import type { Heading } from '../parsed-document';
import type { PlacedLine, PlacedPage } from './page-text';

/** Of the size of most letters. */
const MIN_RATIO = 1.12;
const MAX_LEVELS = 3;
const MAX_TITLE_CHARACTERS = 200;
/** With more than this share of its lines large, a document has no headings but many sizes: a poster, slides. */
const MAX_LINE_SHARE = 0.2;

export function findLargeLines(pages: readonly PlacedPage[]): Heading[] {
  const lines = pages.flatMap((page) => page.lines);
  const usual = mostLetters(lines);
  const large = lines.filter((line) => size(line) >= usual * MIN_RATIO && /\p{L}{2}/u.test(line.text));
  if (large.length > lines.length * MAX_LINE_SHARE) return [];
  const sizes = [...new Set(large.map(size))].sort((a, b) => b - a);
  const headings: Heading[] = [];
  for (const line of large) {
    const level = Math.min(MAX_LEVELS, sizes.indexOf(size(line)) + 1);
    const last = headings.at(-1);
    // A title over several lines.
    if (last !== undefined && last.level === level && line.start - last.end <= 2) {
      last.title = `${last.title} ${line.text}`;
      last.end = line.end;
    } else headings.push({ level, title: line.text, start: line.start, end: line.end });
  }
  return headings.filter(({ title }) => title.length <= MAX_TITLE_CHARACTERS);
}

/** The size in which most of the text is set. */
function mostLetters(lines: readonly PlacedLine[]): number {
  const letters = new Map<number, number>();
  for (const line of lines) letters.set(size(line), (letters.get(size(line)) ?? 0) + line.text.length);
  return [...letters].reduce((a, b) => (b[1] > a[1] ? b : a), [Infinity, 0])[0];
}

/** In half points: the same size is written with small differences. */
function size({ height }: PlacedLine): number {
  return Math.round(height * 2) / 2;
}
