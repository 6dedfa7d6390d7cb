/** Tells running heads and page numbers from text: lines at one height on most pages, whose words come again and again. */
import type { PdfLine, PdfPage } from './pdf-page';

const MIN_PAGES = 3;
/** Of the pages: with a line at the same height, at the edge of the page. */
const MIN_SHARE = 0.6;
/** Of the page's height, at the top and at the bottom. */
const EDGE_SHARE = 0.15;
const SAME_HEIGHT_POINTS = 3;

/** The pages without these lines. */
export function withoutRunningHeads(pages: readonly PdfPage[]): PdfPage[] {
  const heads = (['top', 'bottom'] as const).flatMap((edge) => headsAt(pages, edge));
  return pages.map((page) => ({ ...page, lines: page.lines.filter((line) => !heads.some((isHead) => isHead(line))) }));
}

function headsAt(pages: readonly PdfPage[], edge: 'top' | 'bottom'): ((line: PdfLine) => boolean)[] {
  if (pages.length < MIN_PAGES) return [];
  const atEdge = pages.flatMap((page) => outermostLine(page, edge) ?? []);
  const height = mostFrequent(atEdge.map(({ y }) => Math.round(y)));
  if (height === undefined) return [];
  const isThere = (line: PdfLine): boolean => Math.abs(line.y - height) <= SAME_HEIGHT_POINTS;
  const lines = pages.flatMap(({ lines: all }) => all.filter(isThere));
  const pagesWithOne = pages.filter((page) => page.lines.some(isThere)).length;
  if (pagesWithOne < MIN_PAGES || pagesWithOne < pages.length * MIN_SHARE) return [];
  const counts = new Map<string, number>();
  for (const line of lines) counts.set(wording(line), (counts.get(wording(line)) ?? 0) + 1);
  // The first line of the body stands at one height too, but says something else on each page.
  if (counts.size > lines.length / 2) return [];
  return [(line) => isThere(line) && (counts.get(wording(line)) ?? 0) >= 2];
}

function outermostLine(page: PdfPage, edge: 'top' | 'bottom'): PdfLine | undefined {
  const depth = (page.top - page.bottom) * EDGE_SHARE;
  const near = page.lines.filter(({ y }) => (edge === 'top' ? y > page.top - depth : y < page.bottom + depth));
  return near.reduce<PdfLine | undefined>(
    (outer, line) => (outer === undefined || (edge === 'top' ? line.y > outer.y : line.y < outer.y) ? line : outer),
    undefined,
  );
}

/** The same for all page numbers. */
function wording(line: PdfLine): string {
  return line.text.replace(/\d+|\b[ivxlc]+\b/gi, '#').toLowerCase();
}

function mostFrequent(values: readonly number[]): number | undefined {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
}
