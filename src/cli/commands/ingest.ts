/** `sluice ingest PATH --collection C`: the whole way from a folder to a searchable collection. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import { areServersConfigured } from '../../config/config';
import { SluiceError } from '../../domain/errors';
import type { IngestionInput } from '../../domain/ingestion-input';
import { sourceLabel } from '../../domain/source-label';
import { parseIngestionInput } from '../../input/ingestion-input';
import { checkJobId } from '../../input/names';
import { SOURCE_KINDS } from '../../input/source-schema';
import { addCommonOptions, addConfigOptions, collected, type Runner } from '../command';
import type { CommandContext, ServerSession } from '../context';
import { EXIT_DONE } from '../exit-code';
import { runJob } from '../run-job';

interface IngestOptions {
  collection?: string;
  jobId?: string;
  detach?: boolean;
  include?: string[];
  exclude?: string[];
}

export function registerIngest(program: Command, run: Runner): void {
  const command = program
    .command('ingest')
    .summary('Ingest a folder or file into a collection.')
    .description('Ingest a folder or file into a collection, and wait for the end. Without configured servers it starts what is missing.')
    .argument('<path>', 'a folder or a single file')
    .option('-c, --collection <name>', 'the collection; the first job makes it')
    .option('--job-id <id>', 'an id of your own')
    .option('--detach', 'return when the job has started')
    .option('--include <pattern>', 'read only what matches; may be given again', collected)
    .option('--exclude <pattern>', 'leave out what matches; may be given again', collected)
    .action(run<IngestOptions>((context, [target = ''], options) => ingest(context, target, options)));
  addConfigOptions(addCommonOptions(command), ['job']);
}

async function ingest(context: CommandContext, target: string, options: IngestOptions): Promise<number> {
  const { io } = context;
  const input = inputOf(context, target, options);
  if (options.jobId !== undefined) checkJobId(options.jobId);
  // With embedded servers the worker is on this machine: for what it won't find none need be started.
  if (!areServersConfigured(context.config)) await checkExists(input.source.path);

  const session = await context.openServers({ mayStart: !options.detach });
  try {
    const jobId = await startOrAttach(context, session, input, options.jobId);
    if (!options.detach) return await runJob(context, session, jobId);
    if (io.isJson) io.printJson({ jobId });
    else io.print(`Started ${jobId}`, `Watch it: sluice watch ${jobId}`);
    return EXIT_DONE;
  } finally {
    await session.close();
  }
}

function inputOf({ io, config }: CommandContext, target: string, { collection, include, exclude }: IngestOptions): IngestionInput {
  if (collection === undefined) {
    throw new SluiceError('INVALID_INPUT', 'Which collection should it go into? --collection is missing.', {
      hint: `For example: sluice ingest ${JSON.stringify(target)} --collection docs`,
    });
  }
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(target)) {
    throw new SluiceError('INVALID_INPUT', `A URL can't be ingested: there are sources of kind ${SOURCE_KINDS.join(', ')}.`, {
      hint: 'Give the path of a folder or file.',
    });
  }
  const { jobOptions } = config;
  return parseIngestionInput({
    collection,
    source: { kind: 'folder', path: path.resolve(io.cwd, target), ...(include && { include }), ...(exclude && { exclude }) },
    ...(Object.keys(jobOptions).length > 0 && { options: jobOptions }),
  });
}

async function checkExists(target: string): Promise<void> {
  await stat(target).catch((cause: unknown) => {
    throw new SluiceError('SOURCE_NOT_FOUND', `There is nothing at ${target}.`, { hint: 'Check the path.', cause });
  });
}

/** One active job for each collection and source: asked for again with the same options, it is this one. */
async function startOrAttach(
  { io }: CommandContext,
  { service }: ServerSession,
  input: IngestionInput,
  jobId: string | undefined,
): Promise<string> {
  const active = await service.findActive(input);
  if (active === undefined) return (await service.start(input, { jobId })).jobId;
  if (!active.sameOptions || (jobId !== undefined && jobId !== active.jobId)) {
    throw new SluiceError('ALREADY_RUNNING', `Job ${active.jobId} is ingesting ${sourceLabel(input.source)} into "${input.collection}", with other options or another id.`);
  }
  io.say(`The job ${active.jobId} is ingesting this already: attached to it.`);
  return active.jobId;
}
