import { BytePairRanks } from './byte-pair-ranks';
import { splitForCl100k } from './cl100k-splitter';
import { PieceList } from './piece-list';
import type { Pieces, Tokenizer } from './tokenizer';
import { WordCache } from './word-cache';

/** Tokens of OpenAI's embedding models. What looks like a special token (`<|endoftext|>`) is plain text. */
export function createCl100kTokenizer(): Tokenizer {
  const ranks = new BytePairRanks();
  const cache = new WordCache<number>();

  function tokensOf(piece: string): number {
    let tokens = cache.get(piece);
    if (tokens === undefined) cache.set(piece, (tokens = ranks.count(piece)));
    return tokens;
  }

  return {
    name: 'cl100k_base',
    pieces(text): Pieces {
      const list = new PieceList(text.length);
      splitForCl100k(text, (start, end) => list.add(end, tokensOf(text.slice(start, end))));
      return list.finish();
    },
    count(text): number {
      let sum = 0;
      splitForCl100k(text, (start, end) => (sum += tokensOf(text.slice(start, end))));
      return sum;
    },
  };
}
