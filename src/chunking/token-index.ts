import { isHighSurrogate } from '../tokenizer/piece-list';
import type { Pieces, Tokenizer } from '../tokenizer/tokenizer';

/**
 * Tokens of any slice of a text that begins and ends with something other than white space, by prefix sums over its pieces. Only pieces
 * that the slice cuts are counted again; they are short. The result is exactly what the tokenizer counts in the slice.
 */
export class TokenIndex {
  readonly #pieces: Pieces;
  /** #before[i]: tokens of the pieces before i. */
  readonly #before: Uint32Array;

  constructor(readonly text: string, readonly tokenizer: Tokenizer) {
    this.#pieces = tokenizer.pieces(text);
    this.#before = new Uint32Array(this.#pieces.ends.length + 1);
    const { tokens } = this.#pieces;
    for (let piece = 0; piece < tokens.length; piece++) this.#before[piece + 1] = this.#before[piece]! + tokens[piece]!;
  }

  tokensBetween(start: number, end: number): number {
    if (start >= end) return 0;
    const afterHead = this.#afterHead(start);
    const last = this.pieceAt(end - 1);
    if (last < afterHead) return this.#count(start, end);
    return this.#headTokens(start, afterHead) + this.#before[last]! - this.#before[afterHead]! + this.#tailTokens(last, end);
  }

  /** The furthest end of a piece with at most `limit` tokens from `start` to it; undefined when the piece at `start` alone has more. */
  furthestEnd(start: number, limit: number): number | undefined {
    const afterHead = this.#afterHead(start);
    const head = this.#headTokens(start, afterHead);
    const end = head > limit ? this.endOf(this.pieceAt(start)) : this.endOf(lastAtMost(this.#before, afterHead, this.#before[afterHead]! + limit - head) - 1);
    return end > start && this.tokensBetween(start, end) <= limit ? end : undefined;
  }

  /** The furthest end inside the piece at `start`, up to `end`, with at most `limit` tokens: at least one code point, however many tokens it has. */
  endInsidePiece(start: number, end: number, limit: number): number {
    const { text } = this;
    const codePoint = (index: number): number => (index > start + 1 && isHighSurrogate(text.charCodeAt(index - 1)) ? index - 1 : index);
    let best = start + (isHighSurrogate(text.charCodeAt(start)) && text.codePointAt(start)! > 0xffff ? 2 : 1);
    for (let low = best + 1, high = Math.min(end, this.endOf(this.pieceAt(start))); low <= high; ) {
      const middle = (low + high) >>> 1;
      const candidate = codePoint(middle);
      if (candidate <= best) low = middle + 1;
      else if (this.#count(start, candidate) <= limit) {
        best = candidate;
        low = middle + 1;
      } else high = middle - 1;
    }
    return best;
  }

  /** The earliest start of a piece with at most `limit` tokens from it to `end`, which is the end of a piece or near it. */
  earliestStart(end: number, limit: number): number {
    const last = this.pieceAt(end - 1);
    const wanted = this.#before[last + 1]! - limit;
    if (wanted <= 0) return 0;
    let piece = lastAtMost(this.#before, 0, wanted);
    if (this.#before[piece]! < wanted) piece++;
    return this.startOf(piece);
  }

  startOf(piece: number): number {
    return piece === 0 ? 0 : this.#pieces.ends[piece - 1]!;
  }

  /** End of the text for the last piece and any after it. */
  endOf(piece: number): number {
    return this.startOf(Math.min(piece + 1, this.#pieces.ends.length));
  }

  /** Number of the piece that covers the unit at `index`. */
  pieceAt(index: number): number {
    return index === 0 ? 0 : lastAtMost(this.#pieces.ends, -1, index) + 1;
  }

  /**
   * Number of the first piece that is the same when the text is tokenised from `start` on. A start inside a piece, after a space, may
   * join what is left of it with the next: ` "` and `word` become `"word`.
   */
  #afterHead(start: number): number {
    const first = this.pieceAt(start);
    return Math.min(start === this.startOf(first) ? first : first + 2, this.#pieces.ends.length);
  }

  #headTokens(start: number, afterHead: number): number {
    const headEnd = this.startOf(afterHead);
    return start === headEnd ? 0 : this.#count(start, headEnd);
  }

  #tailTokens(last: number, end: number): number {
    return end === this.endOf(last) ? this.#pieces.tokens[last]! : this.#count(this.startOf(last), end);
  }

  #count(start: number, end: number): number {
    return this.tokenizer.count(this.text.slice(start, end));
  }
}

/** The last index, from `from` on, whose value is at most `value`; `from` when there is none. The array ascends. */
function lastAtMost(ascending: Uint32Array, from: number, value: number): number {
  let low = from;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (ascending[middle]! <= value) low = middle;
    else high = middle - 1;
  }
  return low;
}
