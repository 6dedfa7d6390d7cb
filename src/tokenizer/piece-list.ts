import { MAX_RUN_UNITS, type Pieces } from './tokenizer';

/** What a splitter calls for each piece, in order. */
export type OnPiece = (start: number, end: number) => void;

/** Collects pieces without knowing their number: text of ordinary prose has a piece for each 5 units. */
export class PieceList {
  #ends: Uint32Array;
  #tokens: Uint32Array;
  #length = 0;

  constructor(textLength: number) {
    const expected = (textLength >>> 2) + 16;
    this.#ends = new Uint32Array(expected);
    this.#tokens = new Uint32Array(expected);
  }

  add(end: number, tokens: number): void {
    if (this.#length === this.#ends.length) {
      this.#ends = doubled(this.#ends);
      this.#tokens = doubled(this.#tokens);
    }
    this.#ends[this.#length] = end;
    this.#tokens[this.#length++] = tokens;
  }

  finish(): Pieces {
    return { ends: this.#ends.subarray(0, this.#length), tokens: this.#tokens.subarray(0, this.#length) };
  }
}

/**
 * Reports [start, end) in pieces of MAX_RUN_UNITS, counted from `runStart`: a run that is cut at one of these places is split at the
 * same places when its rest is tokenised alone.
 */
export function emitRun(text: string, start: number, runStart: number, end: number, onPiece: OnPiece): void {
  let from = start;
  for (let to = runStart + MAX_RUN_UNITS; to < end; to += MAX_RUN_UNITS) {
    if (isLowSurrogate(text.charCodeAt(to)) && isHighSurrogate(text.charCodeAt(to - 1))) to--;
    onPiece(from, to);
    from = to;
  }
  onPiece(from, end);
}

export function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}

export function isLowSurrogate(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000;
}

function doubled(array: Uint32Array): Uint32Array {
  const grown = new Uint32Array(array.length * 2);
  grown.set(array);
  return grown;
}
