/** A parser pool for a file of tests, and documents written to a folder of its own. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createParserPool, type ParserPoolOptions } from '../../src/parsing/child-process-pool';
import type { ParsedDocument } from '../../src/parsing/parsed-document';
import type { ParserPool } from '../../src/parsing/parser-pool';
import { FIXTURES } from './paths';

export interface ParsingBench {
  pool: ParserPool;
  folder: string;
  /** Path of a new file. */
  write(name: string, content: string | Uint8Array): string;
  parse(name: string, content: string | Uint8Array, signal?: AbortSignal): Promise<ParsedDocument>;
  parseFixture(name: string): Promise<ParsedDocument>;
}

export const NEVER: AbortSignal = new AbortController().signal;

/** Call at the top of a describe or file. */
export function useParsing(options: ParserPoolOptions = { children: 1 }): ParsingBench {
  const folder = mkdtempSync(path.join(tmpdir(), 'sluice-parsing-'));
  const pool = createParserPool(options);
  let files = 0;
  const write = (name: string, content: string | Uint8Array): string => {
    const file = path.join(folder, `${files++}-${name}`);
    writeFileSync(file, content);
    return file;
  };
  const parseFile = async (file: string, uri: string, signal: AbortSignal): Promise<ParsedDocument> => {
    const result = await pool.parse({ content: { path: file }, uri }, signal);
    if (result.kind !== 'parsed') throw new Error('not parsed');
    return result.document;
  };
  afterAll(async () => {
    await pool.close();
    rmSync(folder, { recursive: true });
  });
  return {
    pool,
    folder,
    write,
    parse: (name, content, signal = NEVER) => parseFile(write(name, content), name, signal),
    parseFixture: (name) => parseFile(path.join(FIXTURES, name), name, NEVER),
  };
}

/** Titles of the headings above a passage, outermost first: what a chunk of it is found by. */
export function headingPath(document: ParsedDocument, passage: string): string[] {
  const offset = document.text.indexOf(passage);
  if (offset < 0) throw new Error(`not in the text: ${passage}`);
  const open: { level: number; title: string }[] = [];
  for (const heading of document.structure.headings) {
    if (heading.start > offset) break;
    while ((open.at(-1)?.level ?? 0) >= heading.level) open.pop();
    open.push(heading);
  }
  return open.map(({ title }) => title);
}

/** For texts whose lines are broken anywhere. */
export function collapsed(text: string): string {
  return text.replace(/\s+/g, ' ');
}
