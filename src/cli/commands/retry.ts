/** `sluice retry JOB`: a new job on the source and options of one that has ended. */
import type { Command } from 'commander';
import { addCommonOptions, type Runner } from '../command';
import { EXIT_DONE } from '../exit-code';
import { runJob } from '../run-job';

interface RetryOptions {
  failedOnly?: boolean;
  detach?: boolean;
}

export function registerRetry(program: Command, run: Runner): void {
  const command = program
    .command('retry')
    .summary('Start an ended job again, as a new one.')
    .description(
      'Start a new job on the source and options of one that has ended, and wait for its end. What was embedded is not paid for again.',
    )
    .argument('<job>')
    .option('--failed-only', 'process only the documents that failed: no discovery, no removal')
    .option('--detach', 'return when the job has started')
    .action(
      run<RetryOptions>(async (context, [ended = ''], { failedOnly, detach }) => {
        const session = await context.openServers({ mayStart: !detach });
        try {
          const { jobId } = await session.service.retry(ended, { failedOnly });
          if (!detach) return await runJob(context, session, jobId);
          if (context.io.isJson) context.io.printJson({ jobId });
          else context.io.print(`Started ${jobId}`, `Watch it: sluice watch ${jobId}`);
          return EXIT_DONE;
        } finally {
          await session.close();
        }
      }),
    );
  addCommonOptions(command);
}
