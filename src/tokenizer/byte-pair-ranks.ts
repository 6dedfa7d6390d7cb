/** The merge table of cl100k_base, from gpt-tokenizer, and how many tokens a piece becomes. */
import cl100kRanks from 'gpt-tokenizer/bpeRanks/cl100k_base';

/** Bytes as a string of one unit each, which is what the table is keyed by. */
type ByteString = string;

export class BytePairRanks {
  readonly #ranks = new Map<ByteString, number>();

  constructor() {
    cl100kRanks.forEach((token, rank) => {
      const bytes = typeof token === 'string' ? Buffer.from(token, 'utf8') : Buffer.from(token);
      this.#ranks.set(bytes.toString('latin1'), rank);
    });
  }

  /** Tokens of one piece of the split text. Time grows with the square of its length, which the splitter bounds. */
  count(piece: string): number {
    const bytes = toByteString(piece);
    return this.#ranks.has(bytes) ? 1 : this.#merge(bytes);
  }

  /** Merges the neighbours of lowest rank until none is in the table. */
  #merge(bytes: ByteString): number {
    // part i begins at starts[i]; rankAfter[i] is the rank of parts i and i+1 together.
    const starts = Array.from({ length: bytes.length + 1 }, (_, index) => index);
    const rankAfter = starts.map((_, index) => this.#rankOfPair(bytes, starts, index));
    while (starts.length > 2) {
      let best = 0;
      for (let index = 1; index < starts.length - 2; index++) if (rankAfter[index]! < rankAfter[best]!) best = index;
      if (rankAfter[best] === Infinity) break;
      starts.splice(best + 1, 1);
      rankAfter.splice(best + 1, 1);
      rankAfter[best] = this.#rankOfPair(bytes, starts, best);
      if (best > 0) rankAfter[best - 1] = this.#rankOfPair(bytes, starts, best - 1);
    }
    return starts.length - 1;
  }

  #rankOfPair(bytes: ByteString, starts: number[], index: number): number {
    const end = starts[index + 2];
    return end === undefined ? Infinity : (this.#ranks.get(bytes.slice(starts[index], end)) ?? Infinity);
  }
}

function toByteString(piece: string): ByteString {
  for (let index = 0; index < piece.length; index++) if (piece.charCodeAt(index) > 0x7f) return Buffer.from(piece, 'utf8').toString('latin1');
  return piece;
}
