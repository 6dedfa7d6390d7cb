/**
 * Cuts a document into chunks. A chunk lies within one section of the outline; its section's heading line is part of the text of the
 * section's first chunk, and the path of titles is the context of every one. A section that is too long is cut at the best place in
 * the second half of what fits: paragraph, line, sentence, word, then anywhere between two characters. Tables are cut between rows.
 *
 * All that isn't white space is in a chunk. Time is linear in the text: it is tokenised once.
 */
import type { ParsedDocument, Table } from '../parsing/parsed-document';
import type { Tokenizer } from '../tokenizer/tokenizer';
import { firstSentenceOrWord, lastBest } from './boundaries';
import { CONTEXT_SEPARATOR, maxContextTokens, type Chunk, type ChunkSettings } from './chunk';
import { ContextBuilder } from './context';
import { graphemeEnds, isGraphemeBoundary } from './graphemes';
import { sectionsOf, type Section } from './sections';
import { TokenIndex } from './token-index';
import { isWhiteAt, skipWhite, trimEnd } from './white-space';

export type ChunkableDocument = Pick<ParsedDocument, 'text' | 'structure'>;

export function chunkDocument(document: ChunkableDocument, tokenizer: Tokenizer, settings: ChunkSettings): Chunk[] {
  return new Chunker(document, tokenizer, settings).chunks();
}

/** Where a chunk ends and the next may go on. */
interface Cut {
  /** First unit that isn't in the chunk. */
  at: number;
  /** The cut is inside a piece of the tokenizer, whose rest must be used up before prefix sums hold again. */
  insidePiece: boolean;
}

/** Units that the characters of one token may have: 16 spaces. */
const MAX_UNITS_PER_TOKEN = 16;

class Chunker {
  readonly #text: string;
  readonly #tables: readonly Table[];
  readonly #limit: number;
  readonly #overlap: number;
  readonly #index: TokenIndex;
  readonly #contexts: ContextBuilder;
  readonly #chunks: Chunk[] = [];
  /** The first table that ends after the current place. */
  #table = 0;

  constructor(readonly document: ChunkableDocument, tokenizer: Tokenizer, settings: ChunkSettings) {
    this.#text = document.text;
    this.#tables = document.structure.tables;
    this.#limit = settings.chunkTokens;
    this.#overlap = Math.min(settings.chunkOverlap, Math.floor(settings.chunkTokens / 2));
    this.#index = new TokenIndex(document.text, tokenizer);
    this.#contexts = new ContextBuilder(tokenizer, maxContextTokens(settings));
  }

  chunks(): Chunk[] {
    for (const section of sectionsOf(this.#text, this.document.structure.headings)) this.#chunkSection(section);
    return this.#chunks;
  }

  #chunkSection(section: Section): void {
    const end = trimEnd(this.#text, section.start, section.end);
    const add = this.#adder(section);
    let covered = skipWhite(this.#text, section.start, end);
    if (covered >= end) return;
    let start = covered;
    let insidePiece = this.#isInsidePiece(covered);
    while (covered < end) {
      const cut: Cut = insidePiece ? this.#cutPiece(start, end) : this.#cut(start, covered, end);
      if (cut.at <= covered) {
        start = covered; // With the overlap nothing new fits.
        continue;
      }
      const chunkEnd = trimEnd(this.#text, start, cut.at);
      if (chunkEnd > covered) add(start, chunkEnd, !insidePiece);
      covered = skipWhite(this.#text, cut.at, end);
      insidePiece = cut.insidePiece && this.#isInsidePiece(covered);
      start = insidePiece || covered >= end ? covered : this.#overlapStart(start, covered);
    }
  }

  /** Whether a piece begins before `index` with something other than white space. */
  #isInsidePiece(index: number): boolean {
    return index > 0 && this.#index.startOf(this.#index.pieceAt(index)) < index && !isWhiteAt(this.#text, index - 1);
  }

  #cut(start: number, covered: number, end: number, limit = this.#limit): Cut {
    if (this.#index.tokensBetween(start, end) <= limit) return { at: end, insidePiece: false };
    const furthest = this.#index.furthestEnd(start, limit);
    if (furthest === undefined || furthest > end) return start < covered ? { at: covered, insidePiece: false } : this.#cutPiece(start, end);
    // White space after what fits is free: it is trimmed.
    const fits = skipWhite(this.#text, furthest, end);
    if (fits <= covered) return { at: fits, insidePiece: false };
    const half = Math.max(covered, start + Math.floor((fits - start) / 2));
    const at = this.#tableCut(covered, half, fits) ?? lastBest(this.#text, start, half, fits) ?? lastBest(this.#text, start, covered, half);
    if (at === undefined) return this.#characterCut(start, covered, furthest, end, limit);
    // Without the white space after it a piece may have a token more.
    if (this.#index.tokensBetween(start, trimEnd(this.#text, start, at)) > this.#limit) return this.#cut(start, covered, end, limit - 1);
    return { at, insidePiece: false };
  }

  /** Before a table that doesn't fit when the text before fills half a chunk, else after the last row that fits. */
  #tableCut(covered: number, half: number, fits: number): number | undefined {
    const table = this.#tableAt(fits);
    if (table === undefined || table.start >= fits) return undefined;
    if (table.start > half) return table.start;
    const floor = Math.max(covered, table.start);
    const rowEnd = this.#text.lastIndexOf('\n', fits - 1);
    return rowEnd > floor ? skipWhite(this.#text, rowEnd, fits) : undefined;
  }

  /** Between two characters, after the last piece that fits; inside a piece if there is no other place. */
  #characterCut(start: number, covered: number, furthest: number, end: number, limit: number): Cut {
    for (let at = furthest; at > covered; at = this.#index.startOf(this.#index.pieceAt(at - 1))) {
      if (isGraphemeBoundary(this.#text, start, at)) return { at, insidePiece: false };
    }
    // Before a character is cut the overlap is given up.
    return this.#cutInsidePiece(start, covered, furthest, end, limit) ?? { at: start < covered ? covered : furthest, insidePiece: false };
  }

  /** From a place inside a piece, where prefix sums don't hold, or in a piece that has more tokens than a chunk. Through a character only if that is too long too. */
  #cutPiece(start: number, end: number): Cut {
    const inside = this.#cutInsidePiece(start, start, start, end, this.#limit);
    if (inside !== undefined) return inside;
    const at = this.#index.endInsidePiece(start, end, this.#limit);
    return { at, insidePiece: true };
  }

  /**
   * The last character's end in (covered, end] with at most `limit` tokens from `start` to it, found by counting: in the piece at `from`, or,
   * when a character is longer than that, anywhere.
   */
  #cutInsidePiece(start: number, covered: number, from: number, end: number, limit: number): Cut | undefined {
    const { text, tokenizer } = this.#index;
    for (const until of [this.#index.endOf(this.#index.pieceAt(from)), start + limit * MAX_UNITS_PER_TOKEN]) {
      const ends = graphemeEnds(text, start, Math.min(until, end)).filter((at) => at > covered);
      const at = lastWhere(ends, (candidate) => tokenizer.count(text.slice(start, candidate)) <= limit);
      if (at !== undefined) return { at, insidePiece: true };
    }
    return undefined;
  }

  /** Where the next chunk begins: at most `overlap` tokens before the cut, at a sentence's or a word's beginning. Rows aren't repeated. */
  #overlapStart(start: number, cut: number): number {
    if (this.#overlap === 0) return cut;
    const table = this.#tableAt(cut);
    if (table !== undefined && table.start < cut) return cut;
    const end = trimEnd(this.#text, start, cut);
    let from = Math.max(start + 1, this.#index.earliestStart(end, this.#overlap), this.#tables[this.#table - 1]?.end ?? 0);
    for (let found; (found = firstSentenceOrWord(this.#text, start, from, end)) !== undefined; from = found + 1) {
      if (this.#index.tokensBetween(found, end) <= this.#overlap) return found;
    }
    return cut;
  }

  /** The first table that ends after `index`. Asked with growing indexes, but for a little. */
  #tableAt(index: number): Table | undefined {
    while (this.#table > 0 && this.#tables[this.#table - 1]!.end > index) this.#table--;
    while (this.#table < this.#tables.length && this.#tables[this.#table]!.end <= index) this.#table++;
    return this.#tables[this.#table];
  }

  /** Adds the section's chunks. Its contexts are few: each is built once. */
  #adder(section: Section): (start: number, end: number, isAligned: boolean) => void {
    const contexts = new Map<Table | undefined, { context: string; tokens: number }>();
    return (startOffset, endOffset, isAligned) => {
      const at = this.#tableAt(startOffset);
      const table = at !== undefined && at.start < startOffset ? at : undefined;
      let built = contexts.get(table);
      if (built === undefined) {
        const context = this.#contexts.build(section.headingPath, table?.header);
        built = { context, tokens: context === '' ? 0 : this.#contexts.tokenizer.count(context + CONTEXT_SEPARATOR) };
        contexts.set(table, built);
      }
      const text = this.#text.slice(startOffset, endOffset);
      this.#chunks.push({
        ordinal: this.#chunks.length,
        text,
        startOffset,
        endOffset,
        headingPath: section.headingPath,
        context: built.context,
        tokens: built.tokens + (isAligned ? this.#index.tokensBetween(startOffset, endOffset) : this.#contexts.tokenizer.count(text)),
      });
    };
  }
}

/** The last for which `holds`, which holds for the first ones and not for the others. */
function lastWhere(values: readonly number[], holds: (value: number) => boolean): number | undefined {
  let last: number | undefined;
  for (let low = 0, high = values.length - 1; low <= high; ) {
    const middle = (low + high) >>> 1;
    if (holds(values[middle]!)) {
      last = values[middle];
      low = middle + 1;
    } else high = middle - 1;
  }
  return last;
}
