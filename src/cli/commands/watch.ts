/** `sluice watch JOB`: watches a job to its end and exits by its outcome. */
import type { Command } from 'commander';
import { addCommonOptions, type Runner } from '../command';
import { EXIT_INTERRUPTED } from '../exit-code';
import { listenForInterruption } from '../interruption';
import { followJob } from '../progress/follow-job';
import { reportEnd } from '../run-job';
import { withService } from '../with-service';

export function registerWatch(program: Command, run: Runner): void {
  const command = program
    .command('watch')
    .description('Watch a job to its end. Ctrl-C leaves the job as it is.')
    .argument('<job>')
    .action(
      run((context, [jobId = '']) =>
        withService(context, async (service) => {
          const { io } = context;
          const interruption = listenForInterruption(io, ['signal', 'pipe']);
          try {
            const job = await followJob({ io, service, jobId, signal: interruption.signal });
            if (job) return reportEnd(io, job);
            io.say(`Stopped watching: the job ${jobId} is left as it is. Watch it again: sluice watch ${jobId}`);
            return EXIT_INTERRUPTED;
          } finally {
            interruption.dispose();
          }
        }),
      ),
    );
  addCommonOptions(command);
}
