/**
 * Counts the tokens of a model. Both tokenizers here split a text into pieces that are encoded independently of each other, so
 * the tokens of a piece-aligned slice are the sum over its pieces.
 */
export interface Tokenizer {
  readonly name: TokenizerName;
  /** Splits the whole text: piece i covers [ends[i-1], ends[i]) in UTF-16 units and has tokens[i] tokens (0 for white space). Linear time. */
  pieces(text: string): { ends: Uint32Array; tokens: Uint32Array };
  count(text: string): number;
}

export const TOKENIZER_NAMES = ['static-en-256', 'cl100k_base'] as const;
export type TokenizerName = (typeof TOKENIZER_NAMES)[number];
