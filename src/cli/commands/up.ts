/** `sluice up`: servers and a worker, until Ctrl-C. */
import type { Command } from 'commander';
import { addCommonOptions, addConfigOptions, type Runner } from '../command';
import type { ServerAddresses } from '../context';
import { serveWork } from '../serve-work';

export function registerUp(program: Command, run: Runner): void {
  const command = program
    .command('up')
    .summary('Start servers and a worker, until Ctrl-C.')
    .description('Start what is missing of Temporal and Postgres, and a worker, until Ctrl-C. Data stay in .sluice/.')
    .action(
      run(async (context) => {
        const { io } = context;
        const session = await context.openServers({ mayStart: true });
        try {
          return await serveWork(context, session, () => {
            if (io.isJson) io.printJson(session.addresses);
            else
              io.print(
                ...addressLines(session.addresses),
                '',
                'Ready. In another terminal: sluice ingest ./docs --collection docs',
                'Ctrl-C stops it.',
              );
          });
        } finally {
          await session.close();
        }
      }),
    );
  addConfigOptions(addCommonOptions(command), ['worker']);
}

/** As assignments, so that they can be copied into a shell. */
export function addressLines({ databaseUrl, temporalAddress, namespace, temporalUiUrl }: ServerAddresses): string[] {
  const lines = [`DATABASE_URL=${databaseUrl}`, `TEMPORAL_ADDRESS=${temporalAddress}`, `TEMPORAL_NAMESPACE=${namespace}`];
  return temporalUiUrl ? [...lines, `Temporal's Web UI: ${temporalUiUrl}`] : lines;
}
