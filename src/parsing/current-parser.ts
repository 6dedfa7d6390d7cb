import { fileEnding } from './file-ending';
import { PARSER_VERSIONS } from './formats';
import { parserVersion, type Parser } from './parser';
import type { FileContent } from './parser-pool';

/** Whether a document that was parsed by this version would be parsed by it again, as far as its URI tells. A record has its own parser. */
export type IsCurrentParser = (uri: string, content: FileContent, version: string) => boolean;

/** @param ownParsers the user's parsers: an ending that one of them reads is no longer the built-in parser's */
export function createCurrentParserCheck(ownParsers: readonly Parser[]): IsCurrentParser {
  const builtIn = new Set(PARSER_VERSIONS);
  return (uri, { range }, version) => {
    const own = range !== undefined ? undefined : ownParsers.find((parser) => parser.endings.includes(fileEnding(uri)));
    return own === undefined ? builtIn.has(version) : version === parserVersion(own);
  };
}
