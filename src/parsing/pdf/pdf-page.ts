/** One page of a PDF as lines, in the order in which the page draws them: for what typesetters and office programs write, the reading order. */

export interface PdfLine {
  text: string;
  /** Left end and baseline, in points from the lower left corner of the page. */
  x: number;
  y: number;
  /** Size of its largest letters, in points. */
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
  width: number;
  height: number;
  /** Matrix; 4 and 5 are x and y. */
  transform: number[];
  hasEOL: boolean;
}

export function readLines(items: readonly PdfTextItem[]): PdfLine[] {
  const lines: PdfLine[] = [];
  let line: PdfLine | undefined;
  for (const { str, height, transform, hasEOL } of items) {
    if (str.trim() !== '') {
      const [x = 0, y = 0] = transform.slice(4);
      if (line === undefined) lines.push((line = { text: '', x, y, height }));
      else if (height > line.height) Object.assign(line, { y, height });
    }
    if (line !== undefined) line.text += str;
    if (hasEOL) line = undefined;
  }
  return lines.map((each) => ({ ...each, text: each.text.replace(/\s+/g, ' ').trim() })).filter(({ text }) => text !== '');
}
