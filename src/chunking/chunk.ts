/** A passage of a document: what is embedded, indexed and found. */
export interface Chunk {
  /** 0, 1, 2 … in the document. */
  ordinal: number;
  /** Exactly `document.text.slice(startOffset, endOffset)`. */
  text: string;
  /** UTF-16 units. */
  startOffset: number;
  endOffset: number;
  /** Titles of the headings above, outermost first. */
  headingPath: string[];
  /** Heading path and repeated table header, embedded and indexed together with the text; may be empty. */
  context: string;
  /** Tokens of what is embedded: context and text. */
  tokens: number;
}

export interface ChunkSettings {
  /** At most so many tokens of text in a chunk (a single grapheme that has more stands alone). */
  chunkTokens: number;
  /** Tokens repeated from the chunk before, at most. */
  chunkOverlap: number;
}

/** What is sent to the embedding model for a chunk, and what its text hash is taken of. */
export function embeddedText(chunk: Pick<Chunk, 'context' | 'text'>): string {
  return chunk.context === '' ? chunk.text : `${chunk.context}\n\n${chunk.text}`;
}
