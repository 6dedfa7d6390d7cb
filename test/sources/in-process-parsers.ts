/** A parser pool without child processes, for what discovery asks of one: JSONL containers, a record a line. */
import { readFile } from 'node:fs/promises';
import { DocumentFailure } from '../../src/domain/document-outcome';
import type { ContainerRecord, ParserPool } from '../../src/parsing/parser-pool';

export function createInProcessParsers(): ParserPool {
  return {
    async parse() {
      throw new Error('discovery parses nothing');
    },
    async isContainer(uri) {
      return uri.endsWith('.jsonl');
    },
    async listRecords(_uri, content, from, limit) {
      const bytes = await readFile(content.path).catch((error: unknown) => {
        throw new DocumentFailure('READ_ERROR', 'The file could not be read.', { cause: error });
      });
      const records: ContainerRecord[] = [];
      let at = from;
      for (; at < bytes.length && records.length < limit;) {
        const lineEnd = bytes.indexOf('\n', at);
        const end = lineEnd === -1 ? bytes.length : lineEnd;
        records.push(recordOf(bytes.subarray(at, end).toString('utf8'), at, end));
        at = end + 1;
      }
      return at < bytes.length ? { records, next: at } : { records };
    },
    async close() {},
  };
}

function recordOf(line: string, start: number, end: number): ContainerRecord {
  try {
    return { id: (JSON.parse(line) as { id: string }).id, range: { start, end } };
  } catch {
    return { id: `at-${start}`, failure: { code: 'INVALID_RECORD', message: 'Not JSON.' } };
  }
}
