/**
 * One document from its bytes to its ParsedDocument: what a child does with a request. Usable without a child, for a document that is
 * trusted.
 */
import { createHash } from 'node:crypto';
import { DocumentFailure } from '../domain/document-outcome';
import { detectFormat } from './detect-format';
import { fileEnding } from './file-ending';
import { builtInParser } from './formats';
import { parserVersion, type Parser } from './parser';
import type { ParseRequest, ParseResult } from './parser-pool';
import { readContent } from './read-content';
import { cleanDocument } from './text/clean-text';

/** @param ownParsers the user's parsers: they come before the built-in ones, by ending alone */
export async function parseContent(request: ParseRequest, ownParsers: readonly Parser[]): Promise<ParseResult> {
  const bytes = await readContent(request.content);
  const contentHash = createHash('sha256').update(bytes).digest('hex');
  const { parser, warning } = chooseParser(request, bytes, ownParsers);
  const version = parserVersion(parser);
  if (request.known?.contentHash === contentHash && request.known.parserVersion === version) return { kind: 'unchanged' };
  const document = cleanDocument(await parser.parse(bytes, { uri: request.uri }));
  if (warning !== undefined) document.warnings.unshift(warning);
  if (document.text.trim() === '' && document.warnings.length === 0) document.warnings.push('The document holds no text.');
  return { kind: 'parsed', contentHash, parserVersion: version, document };
}

function chooseParser(request: ParseRequest, bytes: Buffer, ownParsers: readonly Parser[]): { parser: Parser; warning?: string } {
  if (request.content.range !== undefined) return { parser: builtInParser('record') };
  const ending = fileEnding(request.uri);
  const own = ownParsers.find((parser) => parser.endings.includes(ending));
  if (own !== undefined) {
    if (bytes.length === 0) throw new DocumentFailure('EMPTY_DOCUMENT');
    return { parser: own };
  }
  const { format, warning } = detectFormat(bytes, request.uri);
  return { parser: builtInParser(format), warning };
}
