/** The bookmarks of a PDF as headings, each on the line that it names where that is found. */
import type { Heading } from '../parsed-document';
import { oneLine } from '../text/clean-text';
import type { PlacedLine, PlacedPage } from './page-text';

export interface Bookmark {
  level: number;
  title: string;
  /** Index of the page, from 0. */
  page: number;
  /** Place on the page, in points; undefined: not said. */
  x: number | undefined;
  y: number | undefined;
}

/** A node of the outline, of what pdf.js gives. */
export interface OutlineNode {
  title: string;
  dest: string | unknown[] | null;
  items: OutlineNode[];
}

export interface DestinationReader {
  getDestination(name: string): Promise<unknown[] | null>;
  getPageIndex(reference: never): Promise<number>;
}

const MAX_BOOKMARKS = 5000;
const MAX_LEVEL = 16;
/** LaTeX names the target of a bookmark by its number: `section.4.2`. */
const NUMBERED_DESTINATION = /^(?:part|chapter|appendix|section|subsection|subsubsection)\.((?:[A-Z]|\d+)(?:\.\d+)*)$/;
/** What may stand on a line before or after its title: a number, "Chapter 4". */
const MAX_EXTRA_CHARACTERS = 12;
const MIN_BEGIN_CHARACTERS = 8;
const NEAR_POINTS = 60;

/** Those that name a page; the others are left out. */
export async function readBookmarks(outline: readonly OutlineNode[], reader: DestinationReader): Promise<Bookmark[]> {
  const bookmarks: Bookmark[] = [];
  const open: { node: OutlineNode; level: number }[] = [...outline].reverse().map((node) => ({ node, level: 1 }));
  for (let next = open.pop(); next !== undefined && bookmarks.length < MAX_BOOKMARKS; next = open.pop()) {
    const { node, level } = next;
    const target = await findTarget(node.dest, reader);
    const title = numbered(oneLine(node.title), node.dest);
    if (target !== undefined && title !== '') bookmarks.push({ level, title, ...target });
    if (level < MAX_LEVEL) for (const child of [...node.items].reverse()) open.push({ node: child, level: level + 1 });
  }
  return bookmarks;
}

export function placeBookmarks(bookmarks: readonly Bookmark[], pages: readonly PlacedPage[]): Heading[] {
  const headings = bookmarks.flatMap((bookmark) => {
    const page = pages[bookmark.page];
    return page === undefined ? [] : [{ level: bookmark.level, title: bookmark.title, ...findPlace(bookmark, page) }];
  });
  // The order of the outline is the document's: what could not be found stands before what follows it.
  headings.reduceRight((following, heading) => {
    if (heading.start === heading.end && heading.start > following) heading.start = heading.end = following;
    return heading.start;
  }, Infinity);
  // Sorting keeps the order of equals: a chapter and its first section may share their place.
  return headings.sort((a, b) => a.start - b.start);
}

async function findTarget(dest: OutlineNode['dest'], reader: DestinationReader): Promise<Pick<Bookmark, 'page' | 'x' | 'y'> | undefined> {
  try {
    const target = typeof dest === 'string' ? await reader.getDestination(dest) : dest;
    const reference = target?.[0];
    if (target == null || reference == null) return undefined;
    const page = typeof reference === 'number' ? reference : await reader.getPageIndex(reference as never);
    const [x, y] = (target[1] as { name?: string } | undefined)?.name === 'XYZ' ? target.slice(2) : [undefined, target[2]];
    return { page, x: typeof x === 'number' ? x : undefined, y: typeof y === 'number' ? y : undefined };
  } catch {
    // A bookmark to a page that is gone.
    return undefined;
  }
}

function numbered(title: string, dest: OutlineNode['dest']): string {
  const number = typeof dest === 'string' ? NUMBERED_DESTINATION.exec(dest)?.[1] : undefined;
  return number === undefined || title.startsWith(number) ? title : `${number} ${title}`;
}

function findPlace({ title, x, y }: Bookmark, page: PlacedPage): { start: number; end: number } {
  const wanted = letters(title);
  const bare = letters(title.replace(/^[\d.]+\s+/, ''));
  const distance = (line: PlacedLine): number =>
    (y === undefined ? 0 : Math.abs(line.y - y)) + (x === undefined ? 0 : Math.abs(line.x - x) / 2);
  const nearest = (lines: readonly PlacedLine[]): PlacedLine | undefined =>
    lines.reduce<PlacedLine | undefined>((best, line) => (best === undefined || distance(line) < distance(best) ? line : best), undefined);
  const matching = page.lines.filter((line) => {
    const found = letters(line.text);
    if (found === '') return false;
    if (bare !== '' && found.endsWith(bare) && found.length <= wanted.length + MAX_EXTRA_CHARACTERS) return true;
    // A formula in it is written otherwise.
    if (wanted.length >= MIN_BEGIN_CHARACTERS && found.startsWith(wanted.slice(0, MIN_BEGIN_CHARACTERS))) return true;
    // The first line of a title that is longer than a line.
    return found.length >= MIN_BEGIN_CHARACTERS && (wanted.startsWith(found) || bare.startsWith(found));
  });
  const named = nearest(matching);
  if (named !== undefined) return { start: named.start, end: endOfTitle(named, wanted, page) };
  const below = y === undefined ? undefined : nearest(page.lines.filter((line) => line.y <= y && line.y > y - NEAR_POINTS));
  const place = below?.start ?? page.start;
  return { start: place, end: place };
}

/** A title may go on over the following lines. */
function endOfTitle(first: PlacedLine, wanted: string, page: PlacedPage): number {
  let end = first.end;
  let found = letters(first.text);
  for (const line of page.lines.slice(page.lines.indexOf(first) + 1)) {
    const longer = found + letters(line.text);
    if (!wanted.includes(longer)) break;
    found = longer;
    end = line.end;
  }
  return end;
}

/** What two ways to write a title have in common. */
function letters(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '');
}
