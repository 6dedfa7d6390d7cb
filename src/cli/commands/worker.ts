/** `sluice worker`: does the work of jobs, until Ctrl-C or SIGTERM. */
import type { Command } from 'commander';
import { addCommonOptions, addConfigOptions, type Runner } from '../command';
import { serveWork } from '../serve-work';

export function registerWorker(program: Command, run: Runner): void {
  const command = program
    .command('worker')
    .summary('Run a worker, until Ctrl-C or SIGTERM.')
    .description('Run a worker on the configured servers, or those of `sluice up` in this folder, until Ctrl-C or SIGTERM.')
    .action(
      run(async (context) => {
        const session = await context.openServers({ mayStart: false });
        try {
          const isMeasured = context.config.metricsAddress !== undefined;
          const metrics = isMeasured ? (require('../../metrics/process-metrics') as typeof import('../../metrics/process-metrics')).createProcessMetrics() : undefined;
          return await serveWork(context, session, { metrics }, () => context.io.say(`Working on ${context.config.phases.join(', ')}.`));
        } finally {
          await session.close();
        }
      }),
    );
  addConfigOptions(addCommonOptions(command), ['worker']);
}
