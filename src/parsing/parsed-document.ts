/** What a parser makes of a file's bytes: plain text with its structure beside it. Every offset is in UTF-16 units of `text`. */
export interface ParsedDocument {
  /**
   * The text that is chunked, searched and shown: well-formed UTF-16 without NUL or byte order marks; line ends are LF.
   * Markdown, HTML and DOCX give Markdown; a PDF's pages are joined by a blank line; a table is a line a row.
   */
  text: string;
  title: string | null;
  structure: DocumentStructure;
  /** What the document says about itself (front matter, document properties): small, plain JSON. */
  metadata: Record<string, JsonValue>;
  /** What was lost or doubtful in reading, one sentence each. */
  warnings: string[];
}

export interface DocumentStructure {
  /** In order of appearance. */
  headings: Heading[];
  /** In order, disjoint. Chunks of a table that don't hold its header get it in their context. */
  tables: Table[];
}

export interface Heading {
  /** 1 is the outermost. Levels may jump. */
  level: number;
  /** Without markup. */
  title: string;
  /**
   * Range of the heading's own line or lines in the text. A heading known only from outside the text (a PDF's bookmark) is empty: start =
   * end.
   */
  start: number;
  end: number;
}

export interface Table {
  start: number;
  end: number;
  /** The header row, as one line. */
  header: string;
}

export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };
