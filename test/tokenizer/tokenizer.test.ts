import fc from 'fast-check';
import gptCl100k from 'gpt-tokenizer/encoding/cl100k_base';
import { splitForCl100k } from '../../src/tokenizer/cl100k-splitter';
import { getTokenizer } from '../../src/tokenizer/get-tokenizer';
import { MAX_RUN_UNITS, TOKENIZER_NAMES } from '../../src/tokenizer/tokenizer';
import { getWordPiece } from '../../src/tokenizer/word-piece';

/** Words, punctuation, white space, scripts, accents, emoji, lone surrogates and control characters, in any order. */
const text = fc
  .array(
    fc.oneof(
      fc.constantFrom(' ', '  ', '\n', '\n\n', '\r\n', '\t', '\u00a0', '\u3000', '.', ', ', '。', '!?', "'s", "don't", '"', '<|endoftext|>', '≠', '`', '½', '②'),
      fc.constantFrom('the', 'Résumé', 'naïve', 'ΣΊΣΥΦΟΣ', 'İstanbul', 'ﬁne', 'Счёт', '发票', '日本の首都', 'สวัสดี', '한국어', '1234567', 'e\u0301\u0323', '\u0301', '\u200b', '\ufeff', '\u0000'),
      fc.constantFrom('👍🏽', '👨‍👩‍👧', '🇫🇷', '\ud800', '\udc00', '\u{20000}', '\u{1d400}', 'x'.repeat(MAX_RUN_UNITS), '-'.repeat(200), ' '.repeat(200), 'ü'.repeat(150)),
      fc.string({ unit: 'grapheme', maxLength: 5 }),
      fc.string({ unit: 'binary', maxLength: 5 }),
    ),
    { maxLength: 30 },
  )
  .map((parts) => parts.join(''));

describe.each(TOKENIZER_NAMES)('%s', (name) => {
  const tokenizer = getTokenizer(name);

  it('splits a text into pieces that cover it, in order, without cutting a surrogate pair', () => {
    fc.assert(
      fc.property(text, (value) => {
        const { ends, tokens } = tokenizer.pieces(value);
        expect(tokens).toHaveLength(ends.length);
        expect(ends.at(-1) ?? 0).toBe(value.length);
        let start = 0;
        for (const end of ends) {
          expect(end).toBeGreaterThan(start);
          expect(end - start).toBeLessThanOrEqual(MAX_RUN_UNITS + 2);
          if (end < value.length) expect(value.codePointAt(end - 1)! > 0xffff).toBe(false);
          start = end;
        }
      }),
    );
  });

  it('counts the sum over the pieces', () => {
    fc.assert(
      fc.property(text, (value) => {
        expect(tokenizer.count(value)).toBe(tokenizer.pieces(value).tokens.reduce((sum, tokens) => sum + tokens, 0));
      }),
    );
  });

  it('counts a text from the beginning of any of its pieces as the sum over the rest of them', () => {
    fc.assert(
      fc.property(text, fc.nat(), (value, nat) => {
        const { ends, tokens } = tokenizer.pieces(value);
        if (ends.length === 0) return;
        const piece = nat % ends.length;
        const start = piece === 0 ? 0 : ends[piece - 1]!;
        // What stands before white space decides how it is split.
        fc.pre(/^\S/.test(value.slice(start)));
        expect(tokenizer.count(value.slice(start))).toBe(tokens.slice(piece).reduce((sum, count) => sum + count, 0));
      }),
    );
  });

  it.each([
    ['letters', 'abcdefghij'.repeat(200_000)],
    ['spaces', ' '.repeat(2_000_000)],
    ['dashes', '-'.repeat(2_000_000)],
    ['combining marks', 'e' + '\u0301'.repeat(1_000_000)],
    ['line ends', '\n'.repeat(1_000_000)],
    ['Han', '漢字'.repeat(500_000)],
    ['emoji', '👍🏽'.repeat(300_000)],
    ['quotes', "'".repeat(1_000_000)],
  ])('gets through a run of millions of %s, with tokens for all of it', (_name, run) => {
    const { ends, tokens } = tokenizer.pieces(run);
    expect(ends.at(-1)).toBe(run.length);
    expect(tokens.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(run.length / 100);
  });
});

describe('cl100k_base', () => {
  const { count } = getTokenizer('cl100k_base');
  const split = (value: string) => {
    const pieces: string[] = [];
    splitForCl100k(value, (start, end) => pieces.push(value.slice(start, end)));
    return pieces;
  };
  // Copied from gpt-tokenizer, which doesn't export it.
  const EXPRESSION = /'(?:[sS]|[dD]|[mM]|[tT]|[lL][lL]|[vV][eE]|[rR][eE])|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s+$|\s*[\r\n]|\s+(?!\S)|\s/gu;

  it('splits as its regular expression does, but for long runs', () => {
    fc.assert(
      fc.property(text, (value) => {
        const expected = value.match(EXPRESSION) ?? [];
        fc.pre(expected.every((piece) => piece.length <= MAX_RUN_UNITS));
        expect(split(value)).toEqual(expected);
      }),
      { numRuns: 500 },
    );
  });

  it('counts as gpt-tokenizer does', () => {
    fc.assert(
      fc.property(text, (value) => {
        // gpt-tokenizer loses U+FEFF in decoding its table, and lone surrogates are no text.
        fc.pre(value.isWellFormed() && !value.includes('\ufeff') && split(value).every((piece) => piece.length < MAX_RUN_UNITS));
        expect(count(value)).toBe(gptCl100k.countTokens(value, { disallowedSpecial: new Set() }));
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['hello world', 2],
    ['<|endoftext|>', 7],
    ['', 0],
    ['antidisestablishmentarianism', 6],
  ])('%j has %d tokens', (value, expected) => {
    expect(count(value)).toBe(expected);
  });
});

describe('static-en-256', () => {
  const { count } = getTokenizer('static-en-256');

  it.each([
    ['Hello, world!', 4],
    ['   ', 0],
    ['Résumé', 1],
    ['e\u0301cole', 1],
    ['发票', 2],
    ['a\u200bb', 1],
    [' '.repeat(160), 10],
    ['\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35', 2],
  ])('%j has %d tokens', (value, expected) => {
    expect(count(value)).toBe(expected);
  });

  it('spells words by the vocabulary, the longest piece first', () => {
    const wordPiece = getWordPiece();
    expect(wordPiece.idsOf('running')).toHaveLength(1);
    expect(wordPiece.idsOf('RUNNING')).toEqual(wordPiece.idsOf('running'));
    expect(wordPiece.idsOf('unaffable').length).toBeGreaterThan(1);
    expect(wordPiece.idsOf('x'.repeat(101))).toEqual([]);
  });
});
