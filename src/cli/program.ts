/** The commands of `sluice`, and how an argument list becomes an exit code. */
import { Command, CommanderError } from 'commander';
import { loadConfig } from '../config/config';
import { readOptionText } from '../config/option-text';
import { SluiceError } from '../domain/errors';
import { createCliIo, type CliIo, type CliProcess } from './cli-io';
import { configFlags, type Action, type Runner } from './command';
import { registerCancel } from './commands/cancel';
import { registerCollections } from './commands/collections';
import { registerDemo } from './commands/demo';
import { registerDoctor } from './commands/doctor';
import { registerFailures } from './commands/failures';
import { registerIngest } from './commands/ingest';
import { registerJobs } from './commands/jobs';
import { registerMigrate } from './commands/migrate';
import { registerPause } from './commands/pause';
import { registerResume } from './commands/resume';
import { registerRetry } from './commands/retry';
import { registerSearch } from './commands/search';
import { registerServe } from './commands/serve';
import { registerShow } from './commands/show';
import { registerSources } from './commands/sources';
import { registerStatus } from './commands/status';
import { registerUp } from './commands/up';
import { registerWatch } from './commands/watch';
import { registerWorker } from './commands/worker';
import type { OpenOptions, OpenServers } from './context';
import { EXIT_DONE } from './exit-code';
import { reportError } from './report-error';

/** In the order of the help. */
const COMMANDS = [
  registerUp,
  registerDemo,
  registerIngest,
  registerSearch,
  registerJobs,
  registerStatus,
  registerWatch,
  registerPause,
  registerResume,
  registerCancel,
  registerRetry,
  registerFailures,
  registerShow,
  registerCollections,
  registerSources,
  registerWorker,
  registerServe,
  registerMigrate,
  registerDoctor,
];

export interface CliDependencies {
  openServers: OpenServers;
  /** Of the package. */
  version: string;
}

/** Runs one command line and answers its exit code; never rejects. @param args without node and script */
export async function runCli(process: CliProcess, args: readonly string[], dependencies: CliDependencies): Promise<number> {
  const io = createCliIo(process, args.includes('--json'));
  const program = new Command('sluice');
  let exitCode = EXIT_DONE;
  let isDebug = args.includes('--debug') || readOptionText('switch', [process.env.SLUICE_DEBUG ?? '']) === true;
  const run: Runner =
    <Options>(action: Action<Options>) =>
    async (...received) => {
      const command = received.at(-1) as Command;
      const config = loadConfig({ flags: configFlags(command.opts()), env: io.env, cwd: io.cwd });
      isDebug = config.debug;
      const context = { io, config, version: dependencies.version, openServers: (how: OpenOptions) => dependencies.openServers(config, io, how) };
      exitCode = await action(context, command.processedArgs as string[], command.opts() as Options);
    };
  setUp(program, io, run, dependencies.version);
  try {
    if (args.length === 0) io.print(program.helpInformation().trimEnd());
    else await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return EXIT_DONE;
    return error instanceof CommanderError ? reportError(io, misuse(error, program, args), false) : reportError(io, error, isDebug);
  }
}

function setUp(program: Command, io: CliIo, run: Runner, version: string): void {
  program.description('Durable document ingestion for retrieval.').version(version, '-V, --version', 'print the version').helpCommand(true);
  for (const register of COMMANDS) register(program, run);
  for (const command of [program, ...program.commands, ...program.commands.flatMap(({ commands }) => commands)]) {
    command.exitOverride();
    command.configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
      outputError: () => undefined,
    });
  }
}

/** `error: unknown option '--colection'\n(Did you mean --collection?)` as an error like all others. */
function misuse(error: CommanderError, program: Command, args: readonly string[]): SluiceError {
  const message = error.message.replace(/^error: /, '').replace(/\n\((Did you mean .*\?)\)/, '. $1');
  const sentence = message.charAt(0).toUpperCase() + message.slice(1);
  const command = program.commands.find((known) => known.name() === args.find((argument) => !argument.startsWith('-')))?.name();
  return new SluiceError('INVALID_INPUT', /[.?]$/.test(sentence) ? sentence : `${sentence}.`, {
    hint: `See: sluice ${command ? `${command} ` : ''}--help`,
  });
}
