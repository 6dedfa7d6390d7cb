/**
 * One page of a PDF as lines, in the order in which the page draws them: for what typesetters and office programs write, the reading
 * order.
 */

export interface PdfLine {
  text: string;
  /** Left end and baseline, in points from the lower left corner of the page; of turned text, as if it were upright. */
  x: number;
  y: number;
  /** Size of most of its letters, in points. */
  height: number;
}

export interface PdfPage {
  lines: PdfLine[];
  /** Points. */
  bottom: number;
  top: number;
  /** What is filled into forms and noted in the margins. */
  notes: string[];
}

/** What is used of an item of pdf.js. */
export interface PdfTextItem {
  str: string;
  height: number;
  /** Matrix: 0 and 1 are the direction of writing, 4 and 5 x and y. */
  transform: number[];
  hasEOL: boolean;
}

/** Of the height of letters: a baseline further away is another line's, a nearer one that of a superscript. */
const SAME_LINE_SHARE = 0.75;
/** Of a table of contents, between a title and its page. */
const DOT_LEADERS = /(?: ?\.){5,}/g;

export function readLines(items: readonly PdfTextItem[]): PdfLine[] {
  const lines: PdfLine[] = [];
  let line: PdfLine | undefined;
  let longest = 0;
  for (const item of items) {
    if (item.str.trim() !== '') {
      const { height } = item;
      const { x, y } = upright(item.transform);
      // pdf.js marks the ends of most lines, not where a text box ends and another begins.
      if (line === undefined || Math.abs(y - line.y) > Math.max(height, line.height) * SAME_LINE_SHARE) {
        lines.push((line = { text: '', x, y, height }));
        longest = item.str.length;
      } else if (item.str.length > longest) {
        // What the line began with may be a superscript.
        Object.assign(line, { y, height });
        longest = item.str.length;
      }
    }
    if (line !== undefined) line.text += item.str;
    if (item.hasEOL) line = undefined;
  }
  return lines
    .map((each) => ({ ...each, text: each.text.replace(DOT_LEADERS, ' … ').replace(/\s+/g, ' ').trim() }))
    .filter(({ text }) => text !== '');
}

function upright([a = 1, b = 0, , , x = 0, y = 0]: readonly number[]): { x: number; y: number } {
  const size = Math.hypot(a, b) || 1;
  return { x: (x * a + y * b) / size, y: (y * a - x * b) / size };
}
