/**
 * The program of a parser child: reads untrusted files, one at a time, and answers. It has no secrets and no connection but the channel to
 * its parent; limits of time and memory are the parent's, who kills it.
 */
import { once } from 'node:events';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import { DocumentFailure } from '../../domain/document-outcome';
import { isContainer } from '../containers/container-layout';
import { RecordListings } from '../containers/record-listings';
import { parseContent } from '../parse-content';
import type { Parser } from '../parser';
import { readParserModules } from '../parser-modules';
import type { Answer, ChildSettings, Methods, Outcome, Request } from './messages';

const listings = new RecordListings();

async function main(): Promise<void> {
  process.on('disconnect', () => process.exit(0));
  // 'disconnect' is an event: a child caught in a loop would never see it, and outlive its parent.
  const settings = JSON.parse(process.argv[2] ?? '') as ChildSettings;
  const watch = new Worker(path.join(__dirname, 'orphan-watch.js'), {
    workerData: settings.parentPid,
    resourceLimits: { maxOldGenerationSizeMb: 8 },
  });
  await once(watch, 'online');
  watch.unref();
  let parsers: Parser[];
  try {
    parsers = readParserModules(settings.parserModules);
  } catch (error) {
    send({ kind: 'cannot-start', message: error instanceof Error ? error.message : String(error) });
    return;
  }
  process.on('message', (request: Request) => {
    void answer(request, parsers).then((outcome) => send({ ...outcome, residentBytes: process.memoryUsage.rss() }));
  });
  send({ kind: 'ready' });
}

async function answer(request: Request, parsers: readonly Parser[]): Promise<Outcome> {
  try {
    return { kind: 'result', value: await handle(request, parsers) };
  } catch (error) {
    if (error instanceof DocumentFailure) return { kind: 'failure', code: error.code, message: error.message };
    // The stack, too deep for the nesting of the document.
    if (error instanceof RangeError && /call stack/i.test(error.message)) {
      return { kind: 'failure', code: 'CORRUPT_DOCUMENT', message: 'The document is nested too deeply.' };
    }
    return { kind: 'failure', code: 'PARSER_CRASHED', message: `The parser ended in the middle of the document: ${String(error)}` };
  }
}

function handle(request: Request, parsers: readonly Parser[]): Promise<Methods[keyof Methods]['answer']> {
  switch (request.method) {
    case 'parse':
      return parseContent(request, parsers);
    case 'isContainer':
      return isContainer(request.uri, request.content);
    case 'listRecords':
      return listings.list(request.uri, request.content, request.from, request.limit);
  }
}

function send(message: Answer): void {
  process.send?.(message);
}

void main();
