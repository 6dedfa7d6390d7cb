/** `sluice up`: servers, a worker and the HTTP API, until Ctrl-C. */
import type { Command } from 'commander';
import { addCommonOptions, addConfigOptions, type Runner } from '../command';
import type { ServerAddresses } from '../context';
import { startCliApi } from '../serve-api';
import { serveWork } from '../serve-work';

export function registerUp(program: Command, run: Runner): void {
  const command = program
    .command('up')
    .summary('Start servers, a worker and the HTTP API, until Ctrl-C.')
    .description('Start what is missing of Temporal and Postgres, a worker and the HTTP API, until Ctrl-C. Data stay in .sluice/.')
    .action(
      run(async (context) => {
        const { io } = context;
        const session = await context.openServers({ mayStart: true });
        try {
          const { createProcessMetrics } = require('../../metrics/process-metrics') as typeof import('../../metrics/process-metrics');
          const metrics = createProcessMetrics();
          const api = await startCliApi(context, session, metrics);
          try {
            return await serveWork(context, session, { metrics, apiUrl: api.url }, () => {
              if (io.isJson) io.printJson({ ...session.addresses, apiUrl: api.url });
              else
                io.print(
                  ...addressLines(session.addresses),
                  `Dashboard: ${api.url}`,
                  `HTTP API: ${api.url}/docs`,
                  '',
                  'Ready. In another terminal: sluice ingest ./docs --collection docs',
                  'Ctrl-C stops it.',
                );
            });
          } finally {
            await api.close();
          }
        } finally {
          await session.close();
        }
      }),
    );
  addConfigOptions(addCommonOptions(command), ['worker', 'api']);
}

/** As assignments, so that they can be copied into a shell. */
function addressLines({ databaseUrl, temporalAddress, namespace, temporalUiUrl }: ServerAddresses): string[] {
  const lines = [`DATABASE_URL=${databaseUrl}`, `TEMPORAL_ADDRESS=${temporalAddress}`, `TEMPORAL_NAMESPACE=${namespace}`];
  return temporalUiUrl ? [...lines, `Temporal's Web UI: ${temporalUiUrl}`] : lines;
}
