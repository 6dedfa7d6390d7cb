/** Words that typesetting broke over two lines: joined again, by what the rest of the document shows. */
import type { PdfPage } from './pdf-page';

const BROKEN = /(\p{L}+)-$/u;
const CONTINUED = /^\p{Ll}+/u;

export class Hyphens {
  private readonly words = new Set<string>();

  constructor(pages: readonly PdfPage[]) {
    for (const { lines } of pages) {
      for (const { text } of lines) for (const word of text.toLowerCase().match(/\p{L}+(?:-\p{L}+)*/gu) ?? []) this.words.add(word);
    }
  }

  /**
   * What belongs between the two lines instead of a line end: nothing, the hyphen being the typesetter's, or the hyphen. undefined: a line
   * end.
   */
  joint(line: string, next: string): '' | '-' | undefined {
    const begin = BROKEN.exec(line.slice(-100))?.[1]?.toLowerCase();
    const end = CONTINUED.exec(next.slice(0, 100))?.[0];
    if (begin === undefined || end === undefined) return undefined;
    return !this.words.has(begin + end) && this.words.has(`${begin}-${end}`) ? '-' : '';
  }
}
