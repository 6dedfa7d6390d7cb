/**
 * Counts the tokens of a model. Both tokenizers here split a text into pieces that are encoded independently of each other, so
 * the tokens of a piece-aligned slice are the sum over its pieces: the chunker cuts by prefix sums and never tokenises twice.
 *
 * A run without a break (a word, a line of dashes, white space) is split at every {@link MAX_RUN_UNITS} units. It keeps the time linear and
 * gives the chunker places to cut; the sum over such a run may be a little above the model's own count, hardly ever below.
 */
export interface Tokenizer {
  readonly name: TokenizerName;
  /**
   * Splits the whole text: piece i covers [ends[i-1], ends[i]) in UTF-16 units and has tokens[i] tokens. Never cuts a surrogate pair.
   * Linear time.
   */
  pieces(text: string): Pieces;
  /** The sum over the text's pieces. */
  count(text: string): number;
}

export interface Pieces {
  ends: Uint32Array;
  tokens: Uint32Array;
}

export const TOKENIZER_NAMES = ['static-en-256', 'cl100k_base'] as const;
export type TokenizerName = (typeof TOKENIZER_NAMES)[number];

/** Units of a run without a break that make one piece at most. A SHA-256 in hex still is one piece. */
export const MAX_RUN_UNITS = 64;
