/** Parsers for tests: each does to its process what a hostile file may do. Also the example of a module of own parsers. */
import { existsSync, writeFileSync } from 'node:fs';
import { DocumentFailure } from '../../src/domain/document-outcome';
import type { ParsedDocument } from '../../src/parsing/parsed-document';
import type { Parser } from '../../src/parsing/parser';

const BEHAVIOURS: Record<string, (rest: string) => string> = {
  loop: () => {
    for (;;);
  },
  heap: () => {
    const kept: object[] = [];
    for (;;) kept.push({ kept: new Array(1000).fill(kept.length) });
  },
  buffers: () => {
    const kept: Buffer[] = [];
    for (;;) kept.push(Buffer.alloc(16 * 1024 * 1024, 1));
  },
  exit: () => process.exit(7),
  segfault: () => {
    process.kill(process.pid, 'SIGSEGV');
    for (;;);
  },
  killed: () => {
    process.kill(process.pid, 'SIGKILL');
    for (;;);
  },
  'killed-once': (file) => {
    if (existsSync(file)) return 'parsed';
    writeFileSync(file, '');
    return BEHAVIOURS.killed!(file);
  },
  throw: () => {
    throw new TypeError('a mistake in the parser');
  },
  recurse: (rest) => BEHAVIOURS.recurse?.(rest) + rest,
  fail: () => {
    throw new DocumentFailure('TOO_LARGE', 'too large for this parser');
  },
  environment: () => JSON.stringify(process.env),
  nap: (rest) => `${Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 4_000)} ${rest}`,
  pid: () => String(process.pid),
  unclean: () => 'a\r\nb\u0000c\uFEFF\nTitle\nend \ud800',
};

const parser: Parser = {
  format: 'misbehaving',
  version: 3,
  endings: ['.bad'],
  parse(bytes): ParsedDocument {
    const [behaviour = '', rest = ''] = bytes.toString('utf8').split(' ');
    const text = BEHAVIOURS[behaviour]?.(rest) ?? '';
    const start = text.indexOf('Title');
    const headings = start < 0 ? [] : [{ level: 1, title: ' The\nTitle ', start, end: start + 'Title'.length }];
    return { text, title: null, structure: { headings, tables: [] }, metadata: {}, warnings: [] };
  },
};

export default parser;
