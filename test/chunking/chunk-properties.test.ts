import fc from 'fast-check';
import { embeddedText, maxContextTokens, type Chunk, type ChunkSettings } from '../../src/chunking/chunk';
import { chunkDocument, type ChunkableDocument } from '../../src/chunking/chunk-document';
import { getTokenizer } from '../../src/tokenizer/get-tokenizer';
import { TOKENIZER_NAMES, type Tokenizer } from '../../src/tokenizer/tokenizer';
import { documents } from './random-documents';

const settings: fc.Arbitrary<ChunkSettings> = fc.record({ chunkTokens: fc.constantFrom(1, 2, 8, 20, 50, 256), chunkOverlap: fc.constantFrom(0, 1, 5, 16, 200) });
const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

describe.each(TOKENIZER_NAMES)('chunks by %s', (name) => {
  const tokenizer = getTokenizer(name);
  const property = (check: (document: ChunkableDocument, chunks: Chunk[], given: ChunkSettings) => void) =>
    fc.assert(fc.property(documents, settings, (document, given) => check(document, chunkDocument(document, tokenizer, given), given)), { numRuns: 150 });

  it('are slices of the text, numbered, going forward, and lose nothing but white space', () => {
    property(({ text }, chunks) => {
      let covered = 0;
      chunks.forEach((chunk, index) => {
        expect(chunk.ordinal).toBe(index);
        expect(chunk.text).toBe(text.slice(chunk.startOffset, chunk.endOffset));
        // A space at the beginning only if a combining mark stands on it.
        expect(chunk.text).toMatch(/^(\S|\s[\p{M}\u200d\u{e0000}-\u{e0fff}])/u);
        expect(chunk.text).toMatch(/\S$/);
        expect(chunk.endOffset).toBeGreaterThan(covered);
        if (chunk.startOffset > covered) expect(text.slice(covered, chunk.startOffset).trim()).toBe('');
        covered = chunk.endOffset;
      });
      expect(text.slice(covered).trim()).toBe('');
    });
  });

  it('stay within the limits of tokens, for text, context and both', () => {
    property((_document, chunks, given) => {
      for (const chunk of chunks) {
        // A run without a break is counted in parts of MAX_RUN_UNITS; where the first begins depends on where the text does.
        const longRuns = chunk.text.match(/\S{65,}/gu)?.length ?? 0;
        if ([...chunk.text].length > 1) expect(tokenizer.count(chunk.text)).toBeLessThanOrEqual(given.chunkTokens + longRuns);
        expect(tokenizer.count(chunk.context)).toBeLessThanOrEqual(maxContextTokens(given));
        expect(Math.abs(chunk.tokens - tokenizer.count(embeddedText(chunk)))).toBeLessThanOrEqual(longRuns);
        // One for what stands between context and text.
        if ([...chunk.text].length > 1) expect(chunk.tokens).toBeLessThanOrEqual(given.chunkTokens + maxContextTokens(given) + 1);
      }
    });
  });

  it('repeat no more than the overlap', () => {
    property(({ text }, chunks, given) => {
      chunks.forEach((chunk, index) => {
        const before = chunks[index - 1];
        if (!before || before.endOffset <= chunk.startOffset) return;
        expect(tokenizer.count(text.slice(chunk.startOffset, before.endOffset))).toBeLessThanOrEqual(Math.min(given.chunkOverlap, given.chunkTokens / 2));
      });
    });
  });

  it('cut no character in two, unless it alone is longer than a chunk', () => {
    property(({ text }, chunks, given) => {
      const boundaries = new Set<number>([text.length]);
      const tooLong = new Set<number>();
      for (const { index, segment } of segmenter.segment(text)) {
        boundaries.add(index);
        if (tokenizer.count(segment) > given.chunkTokens) for (let inside = index; inside < index + segment.length; inside++) tooLong.add(inside);
      }
      for (const { startOffset, endOffset } of chunks) {
        for (const offset of [startOffset, endOffset]) {
          if (!tooLong.has(offset)) expect([offset, boundaries.has(offset)]).toEqual([offset, true]);
          if (offset > 0 && offset < text.length) expect(text.codePointAt(offset - 1)! > 0xffff).toBe(false);
        }
      }
    });
  });

  it('lie within one section, but for headings that have nothing below them but a deeper heading', () => {
    property(({ text, structure }, chunks) => {
      const { headings } = structure;
      /** Whether this heading is a title alone, and so begins the section of the next. */
      const joinsNext = (index: number) => {
        const [heading, next] = [headings[index]!, headings[index + 1]];
        return next !== undefined && Math.min(next.level, 10) > Math.min(heading.level, 10) && text.slice(heading.end, next.start).trim() === '';
      };
      for (const { startOffset, endOffset, headingPath } of chunks) {
        let own = headings.findLastIndex(({ start }) => start <= startOffset);
        while (own >= 0 && joinsNext(own)) own++;
        expect(headingPath.at(-1)).toBe(headings[own]?.title);
        const next = headings[own + 1];
        if (next) expect(endOffset).toBeLessThanOrEqual(next.start);
      }
    });
  });

  it('are the same each time', () => {
    property((document, chunks, given) => expect(chunkDocument(document, tokenizer, given)).toEqual(chunks));
  });
});

describe('the work', () => {
  it.each([
    ['one line of 5 MB', 'abcdefghijklmnopqrstuvwxyz'.repeat(200_000)],
    ['100,000 line ends', `a${'\n'.repeat(100_000)}b`],
    ['a million spaces', `a${' '.repeat(1_000_000)}b`],
    ['10,000 Han characters', '漢字'.repeat(5_000)],
    ['100,000 combining marks', `a${'\u0301'.repeat(100_000)}`],
    ['100,000 flags', '🇫🇷'.repeat(100_000)],
    ['prose of 3 MB', 'The quick brown fox jumps over the lazy dog. '.repeat(70_000)],
  ])('is linear: %s tokenises little more than once', (_name, text) => {
    for (const name of TOKENIZER_NAMES) {
      const tokenizer = getTokenizer(name);
      let units = 0;
      const counting: Tokenizer = {
        name,
        pieces: (part) => ((units += part.length), tokenizer.pieces(part)),
        count: (part) => ((units += part.length), tokenizer.count(part)),
      };
      const chunks = chunkDocument({ text, structure: { headings: [], tables: [] } }, counting, { chunkTokens: 256, chunkOverlap: 32 });
      expect(chunks.at(-1)!.endOffset).toBe(text.trimEnd().length);
      expect(units).toBeLessThan(text.length * 1.5 + 10_000);
    }
  });

  it('is linear in headings', () => {
    const heading = '# Title\n';
    const text = heading.repeat(50_000);
    const headings = Array.from({ length: 50_000 }, (_, index) => ({ level: index + 1, title: 'Title', start: index * heading.length, end: (index + 1) * heading.length }));
    const chunks = chunkDocument({ text, structure: { headings, tables: [] } }, getTokenizer('static-en-256'), { chunkTokens: 256, chunkOverlap: 32 });
    expect(Math.max(...chunks.map(({ headingPath }) => headingPath.length))).toBe(10);
  });
});
