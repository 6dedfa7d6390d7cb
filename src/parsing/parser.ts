/** The port of a format: bytes of one document → its text with structure. A user's own parsers implement it too. */
import type { ParsedDocument } from './parsed-document';

export interface Parser {
  /** Short lower-case name, such as `markdown`. With the version it makes the parser version, `markdown@1`. */
  readonly format: string;
  /** Raised whenever the same bytes may give another document: what was published by an older one is parsed again. */
  readonly version: number;
  /** Lower-case endings with their dot, such as `.md`. */
  readonly endings: readonly string[];
  /**
   * Runs in a child process that may be killed at any moment: no state that must survive it.
   * Throws a DocumentFailure for a document that it can't read; anything else thrown is reported as PARSER_CRASHED.
   */
  parse(bytes: Buffer, context: ParserContext): ParsedDocument | Promise<ParsedDocument>;
}

export interface ParserContext {
  /** The document's URI. */
  uri: string;
}

/** Such as `markdown@1`. */
export function parserVersion(parser: Pick<Parser, 'format' | 'version'>): string {
  return `${parser.format}@${parser.version}`;
}
