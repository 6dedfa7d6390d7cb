import { STATIC_MODEL } from './model-folder';
import { emitRun, PieceList, type OnPiece } from './piece-list';
import { MAX_RUN_UNITS, type Pieces, type Tokenizer } from './tokenizer';
import { getWordPiece } from './word-piece';

/** Scripts that the English vocabulary can't spell still need chunks of a sensible size: as many units as an English token has. */
const UNITS_PER_UNKNOWN_TOKEN = 4;
/** White space costs the model nothing; in masses it counts, so that a chunk's length is bounded. */
const UNITS_PER_GAP_TOKEN = 16;

/**
 * WordPiece tokens of the static model. Unlike its encoder, which ignores them, this counts words that the vocabulary doesn't know
 * (a token for each 4 units) and long gaps (a token for each 16 units).
 */
export function createStaticTokenizer(): Tokenizer {
  const wordPiece = getWordPiece();

  function split(text: string, onPiece: (end: number, tokens: number) => void): void {
    const word: OnPiece = (start, end) => {
      const known = wordPiece.idsOf(text.slice(start, end)).length;
      onPiece(end, known > 0 ? known : Math.ceil((end - start) / UNITS_PER_UNKNOWN_TOKEN));
    };
    const gap: OnPiece = (start, end) => onPiece(end, Math.floor((end - start) / UNITS_PER_GAP_TOKEN));
    wordPiece.scan(
      text,
      (start, end) => (end - start <= MAX_RUN_UNITS ? word(start, end) : emitRun(text, start, start, end, word)),
      (start, end) => (end - start <= MAX_RUN_UNITS ? gap(start, end) : emitRun(text, start, start, end, gap)),
    );
  }

  return {
    name: STATIC_MODEL,
    pieces(text): Pieces {
      const list = new PieceList(text.length);
      split(text, (end, tokens) => list.add(end, tokens));
      return list.finish();
    },
    count(text): number {
      let sum = 0;
      split(text, (_end, tokens) => (sum += tokens));
      return sum;
    },
  };
}
