/** The context of a chunk: where in its document it stands. Bounded, whatever the document says. */
import type { Tokenizer } from '../tokenizer/tokenizer';

const PATH_SEPARATOR = ' > ';
const ELLIPSIS = '…';
/** Characters of a title or header that are looked at, a token having some four: what is longer can't fit. */
const UNITS_PER_TOKEN = 16;

/**
 * Builds contexts of at most `budget` tokens. A table header may take all of the budget but for a half that the heading path has first
 * claim to; of a long path the inner titles stay; what is too long ends with "…".
 */
export class ContextBuilder {
  constructor(readonly tokenizer: Tokenizer, readonly budget: number) {}

  build(headingPath: readonly string[], tableHeader: string | undefined): string {
    const header = tableHeader?.trim() ?? '';
    if (header === '') return this.#path(headingPath, this.budget);
    const path = this.#path(headingPath, Math.floor(this.budget / 2));
    const prefix = path === '' ? '' : `${path}\n`;
    return `${prefix}${this.#shorten(header, this.budget - this.tokenizer.count(prefix))}`.trim();
  }

  #path(headingPath: readonly string[], budget: number): string {
    let path = '';
    for (let index = headingPath.length - 1; index >= 0; index--) {
      const title = headingPath[index]!.replace(/\s+/g, ' ').trim();
      if (title === '') continue;
      if (path === '') path = this.#shorten(title, budget);
      else {
        const longer = `${this.#shorten(title, Math.floor(budget / 2))}${PATH_SEPARATOR}${path}`;
        if (this.tokenizer.count(longer) > budget) break;
        path = longer;
      }
    }
    return path;
  }

  /** The text, or the longest beginning of whole pieces that has, with "…", at most `budget` tokens; '' when not even one fits. */
  #shorten(text: string, budget: number): string {
    if (budget <= 0) return '';
    const start = text.slice(0, budget * UNITS_PER_TOKEN);
    const { ends, tokens } = this.tokenizer.pieces(start);
    let sum = 0;
    let end = 0;
    const room = budget - this.tokenizer.count(ELLIPSIS);
    for (let piece = 0; piece < ends.length; piece++) {
      sum += tokens[piece]!;
      if (sum <= room) end = ends[piece]!;
    }
    if (sum <= budget && start.length === text.length) return text;
    const kept = start.slice(0, end).trimEnd();
    return kept === '' ? '' : `${kept}${ELLIPSIS}`;
  }
}
