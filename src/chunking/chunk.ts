/** A passage of a document: what is embedded, indexed and found. */
export interface Chunk {
  /** 0, 1, 2 … in the document. */
  ordinal: number;
  /** Exactly `document.text.slice(startOffset, endOffset)`, without white space around it. */
  text: string;
  /** UTF-16 units. */
  startOffset: number;
  endOffset: number;
  /** Titles of the headings above, outermost first; the heading of the chunk's own section is the last. */
  headingPath: string[];
  /** Heading path and repeated table header, embedded and indexed together with the text; may be empty. */
  context: string;
  /** Tokens of what is embedded: context and text. One off, at most, for each run of more than 64 units without a break. */
  tokens: number;
}

export interface ChunkSettings {
  /** At most so many tokens of text in a chunk (a grapheme that has more is cut between code points; a single code point is never cut). */
  chunkTokens: number;
  /** Tokens repeated from the chunk before, at most; never more than half of chunkTokens. */
  chunkOverlap: number;
}

/** The context has at most this share of chunkTokens. */
const CONTEXT_SHARE = 1 / 4;

/** Tokens that a chunk's context may have. */
export function maxContextTokens(settings: ChunkSettings): number {
  return Math.floor(settings.chunkTokens * CONTEXT_SHARE);
}

/** What is sent to the embedding model for a chunk, and what its text hash is taken of. */
export function embeddedText(chunk: Pick<Chunk, 'context' | 'text'>): string {
  return chunk.context === '' ? chunk.text : `${chunk.context}${CONTEXT_SEPARATOR}${chunk.text}`;
}

export const CONTEXT_SEPARATOR = '\n\n';
