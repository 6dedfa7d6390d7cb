/** A passage that answers a query, as `sluice search --json` and the API give it. */
export interface SearchResult {
  /** Sum of both arms' parts; comparable within one answer only. */
  score: number;
  /** Each arm's part of the score, 0 to 1 before its weight; null: the arm did not find the passage. */
  arms: { lexical: number | null; vector: number | null };
  documentUri: string;
  /** Locator of the source. */
  source: string;
  /** Number of the chunk in its document. */
  ordinal: number;
  text: string;
  headingPath: string[];
  /** UTF-16 units in the document's parsed text. */
  startOffset: number;
  endOffset: number;
  metadata: Record<string, unknown>;
}
