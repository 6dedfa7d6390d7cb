/** `sluice serve`: the HTTP API without a worker, until Ctrl-C or SIGTERM. */
import type { Command } from 'commander';
import { addCommonOptions, addConfigOptions, type Runner } from '../command';
import { EXIT_DONE } from '../exit-code';
import { listenForInterruption, untilAborted } from '../interruption';
import { startCliApi } from '../serve-api';

export function registerServe(program: Command, run: Runner): void {
  const command = program
    .command('serve')
    .summary('Serve the HTTP API, until Ctrl-C or SIGTERM.')
    .description('Serve the HTTP API on the configured servers, or those of `sluice up` in this folder, until Ctrl-C or SIGTERM. Runs no worker.')
    .action(
      run(async (context) => {
        const { io } = context;
        const session = await context.openServers({ mayStart: false });
        try {
          const interruption = listenForInterruption(io, ['signal']);
          const { createProcessMetrics } = require('../../metrics/process-metrics') as typeof import('../../metrics/process-metrics');
          const api = await startCliApi(context, session, createProcessMetrics());
          if (io.isJson) io.printJson({ apiUrl: api.url });
          else io.print(`Serving ${api.url}`, `The operations: ${api.url}/docs`, 'Ctrl-C stops it.');
          await untilAborted(interruption.signal);
          interruption.dispose();
          await api.close();
          return EXIT_DONE;
        } finally {
          await session.close();
        }
      }),
    );
  addConfigOptions(addCommonOptions(command), ['api']);
}
