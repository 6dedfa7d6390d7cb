import { createCl100kTokenizer } from './cl100k-tokenizer';
import { createStaticTokenizer } from './static-tokenizer';
import type { Tokenizer, TokenizerName } from './tokenizer';

const factories: Record<TokenizerName, () => Tokenizer> = {
  'static-en-256': createStaticTokenizer,
  cl100k_base: createCl100kTokenizer,
};

const made = new Map<TokenizerName, Tokenizer>();

/** The tokenizer of this thread, made at first use: reading its table takes 30 to 100 ms and 5 to 20 MB. */
export function getTokenizer(name: TokenizerName): Tokenizer {
  let tokenizer = made.get(name);
  if (tokenizer === undefined) made.set(name, (tokenizer = factories[name]()));
  return tokenizer;
}
