/** `sluice demo`: the whole of it on the example documents, with servers of its own, in a minute. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { readTemporalConfig } from '../../config/temporal-config';
import type { JobStatusResponse } from '../../domain/job-view';
import { addCommonOptions, type Runner } from '../command';
import type { CommandContext, ServerSession } from '../context';
import { EXIT_DONE, EXIT_INTERRUPTED, exitCodeOf } from '../exit-code';
import { listenForInterruption } from '../interruption';
import { endReport } from '../job-report';
import { followJob } from '../progress/follow-job';
import { harmless } from '../terminal/text-width';
import { wrapped } from '../terminal/wrapped';

const EXAMPLES = path.join(__dirname, '..', '..', '..', '..', 'examples');
const COLLECTION = 'demo';
const TEXT_WIDTH = 92;
/** Around the words that answer. */
const SHOWN_LENGTH = 360;

interface Question {
  question: string;
  /** Words of the right passage. */
  passage: string;
}

export function registerDemo(program: Command, run: Runner): void {
  const command = program
    .command('demo')
    .summary('See it work on the example documents.')
    .description('Start embedded servers, ingest the example documents, search them, ingest them again, and stop.')
    .action(run((context) => demo(context)));
  addCommonOptions(command);
}

async function demo({ io, config, ...context }: CommandContext): Promise<number> {
  // Whatever servers are configured here: a demo leaves them alone.
  const own: CommandContext = { ...context, io, config: { ...config, databaseUrl: undefined, temporal: readTemporalConfig({}) } };
  io.print(
    io.style.bold('Sluice demo'),
    'It starts Temporal, which runs each ingestion as a durable workflow, and PostgreSQL with pgvector, which holds documents,',
    `vectors and status; both on this machine only, with their data in ${config.stateDir}.`,
    '',
  );
  const session = await own.openServers({ mayStart: true });
  const interruption = listenForInterruption(io, ['signal', 'pipe']);
  try {
    const { temporalAddress, temporalUiUrl } = session.addresses;
    io.print(`Temporal runs at ${temporalAddress}${temporalUiUrl ? `, its Web UI at ${temporalUiUrl}` : ''}.`);
    const worker = await session.startWorker({ isLasting: false });
    try {
      return await show(own, session, interruption.signal);
    } finally {
      await worker.shutdown();
    }
  } finally {
    interruption.dispose();
    io.say('Stopping the servers.');
    await session.close();
  }
}

async function show(context: CommandContext, session: ServerSession, signal: AbortSignal): Promise<number> {
  const { io } = context;
  io.print('', io.style.bold('1. Ingest the example documents: load, chunk, embed (on this machine, without a key), index'));
  const first = await ingest(context, session, signal);
  if (first === undefined) return EXIT_INTERRUPTED;
  io.print(...endReport(first, io.style));
  if (first.status === 'FAILED') return exitCodeOf(first);

  io.print('', io.style.bold('2. Ask three questions'));
  for (const question of JSON.parse(await readFile(path.join(EXAMPLES, 'questions.json'), 'utf8')) as Question[]) {
    const [best] = await session.service.search({ collection: COLLECTION, query: question.question, limit: 1 });
    io.print('', io.style.bold(question.question));
    if (best === undefined) io.print('  Nothing found.');
    else io.print(...wrapped(harmless(excerpt(best.text, question.passage)), TEXT_WIDTH).map((line) => `  ${line}`), io.style.dim(`  ${[best.documentUri, ...best.headingPath].join(' › ')}`));
  }

  io.print('', io.style.bold('3. Ingest them again'));
  const second = await ingest(context, session, signal);
  if (second === undefined) return EXIT_INTERRUPTED;
  const { total, skipped, succeeded } = second.documents;
  const isUnchanged = second.status === 'COMPLETED' && succeeded === 0 && skipped === total;
  io.print(isUnchanged ? `Nothing changed: ${skipped} of ${total} documents unchanged, 0 embedded.` : endReport(second, io.style).join('\n'));

  io.print(
    '',
    io.style.bold('Try next'),
    '  npx sluice ingest ./your-documents --collection mine',
    '  npx sluice search "a question of yours" --collection mine',
    '  npx sluice up                     servers and a worker that stay, with the Web UI; then pause, resume, status, watch',
    '',
  );
  return isUnchanged ? EXIT_DONE : exitCodeOf(second);
}

async function ingest({ io }: CommandContext, { service }: ServerSession, signal: AbortSignal): Promise<JobStatusResponse | undefined> {
  const { jobId } = await service.start({ collection: COLLECTION, source: { kind: 'folder', path: path.join(EXAMPLES, 'documents') } });
  return followJob({ io, service, jobId, signal });
}

/** The part of a passage around the words that answer, in whole words. */
function excerpt(text: string, words: string): string {
  const flat = text.replace(/\s+/g, ' ').trim();
  const at = Math.max(0, flat.indexOf(words.slice(0, 20)) - 80);
  const start = at === 0 ? 0 : flat.indexOf(' ', at) + 1;
  if (flat.length - start <= SHOWN_LENGTH) return `${start > 0 ? '… ' : ''}${flat.slice(start)}`;
  return `${start > 0 ? '… ' : ''}${flat.slice(start, flat.lastIndexOf(' ', start + SHOWN_LENGTH))} …`;
}
