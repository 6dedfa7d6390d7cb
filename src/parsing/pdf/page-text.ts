/** Pages of lines → one text: pages joined by a blank line, paragraphs told by the space between their lines. */
import type { TextBuilder } from '../text/text-builder';
import { Hyphens } from './hyphens';
import type { PdfLine, PdfPage } from './pdf-page';

/** A line and where it went. */
export interface PlacedLine extends PdfLine {
  start: number;
  end: number;
}

export interface PlacedPage {
  start: number;
  lines: PlacedLine[];
}

/** Of the usual distance of lines: a larger one ends a paragraph. */
const PARAGRAPH_GAP = 1.4;

export function writePages(pages: readonly PdfPage[], out: TextBuilder): PlacedPage[] {
  const hyphens = new Hyphens(pages);
  return pages.map((page) => {
    out.blankLine();
    const placed: PlacedPage = { start: out.length, lines: [] };
    const usual = usualDistance(page.lines);
    page.lines.forEach((line, index) => {
      const before = page.lines[index - 1];
      if (before !== undefined && isParagraphEnd(before, line, usual)) out.blankLine();
      else if (before === undefined || hyphens.joint(before.text, line.text) === undefined) out.newLine();
      const start = out.length;
      const next = page.lines[index + 1];
      const joint = next === undefined || isParagraphEnd(line, next, usual) ? undefined : hyphens.joint(line.text, next.text);
      out.write(joint === '' ? line.text.slice(0, -1) : line.text);
      placed.lines.push({ ...line, start, end: out.length });
    });
    for (const note of page.notes) {
      out.newLine();
      out.write(note);
    }
    return placed;
  });
}

function isParagraphEnd(before: PdfLine, line: PdfLine, usual: number): boolean {
  const distance = before.y - line.y;
  // Upwards is the next column, in which the paragraph goes on.
  if (distance < 0) return false;
  return distance > usual * PARAGRAPH_GAP || (Math.abs(line.height - before.height) > before.height * 0.25 && distance > usual * 0.9);
}

/** The median of the distances of lines, in points. */
function usualDistance(lines: readonly PdfLine[]): number {
  const distances = lines.flatMap((line, index) => {
    const distance = index === 0 ? 0 : (lines[index - 1]?.y ?? 0) - line.y;
    return distance > 1 ? [distance] : [];
  });
  distances.sort((a, b) => a - b);
  return distances[Math.floor(distances.length / 2)] ?? Infinity;
}
