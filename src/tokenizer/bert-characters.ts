/**
 * What BERT's normalizer and pre-tokenizer do to single characters. They work on a normalised copy of the text; as every step of them
 * (cleaning, NFD, dropping accents, lower case) acts on one code point at a time, a class for each code point of the original gives
 * the same words with their exact place in the original. (Checked on all of Unicode: no code point gives a mark of punctuation
 * together with something else, or white space from something that isn't.)
 */
export const GAP = 1; // white space: ends a word
export const SINGLE = 2; // punctuation and Han characters: a word by itself
export const WORD = 3; // part of a word, even if nothing is left of it: control and format characters, accents

const CONTROL = /[\p{Cc}\p{Cf}\p{Cn}\p{Co}\p{Cs}\ufffd]/u;
const MARKS = /\p{Mn}/gu;
const PUNCTUATION = /[!-/:-@[-`{-~\p{P}]/u;
const HAN = /[\u4e00-\u9fff\u3400-\u4dbf\uf900-\ufaff\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b920}-\u{2ceaf}\u{2f800}-\u{2fa1f}]/u;

const classes = new Uint8Array(0x110000);

/** Class of a code point: GAP, SINGLE or WORD. */
export function classOf(codePoint: number): number {
  return classes[codePoint] || (classes[codePoint] = computeClass(codePoint));
}

/** A word as the vocabulary spells it: without accents and control characters, in lower case. */
export function normalForm(word: string): string {
  let result = '';
  for (const character of word) if (!CONTROL.test(character)) result += character;
  // One character at a time: toLowerCase() of a whole word makes a final sigma.
  return result.normalize('NFD').replace(MARKS, '').replace(/[^\x00-\x7f]/gu, (character) => character.toLowerCase()).toLowerCase();
}

function computeClass(codePoint: number): number {
  const character = String.fromCodePoint(codePoint);
  // Vertical tab and form feed are control characters here, so they don't end a word.
  if (/\s/.test(character) && codePoint !== 0xfeff && codePoint !== 0x0b && codePoint !== 0x0c) return GAP;
  return HAN.test(character) || PUNCTUATION.test(normalForm(character)) ? SINGLE : WORD;
}
