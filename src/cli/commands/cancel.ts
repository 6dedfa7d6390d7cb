/** `sluice cancel JOB`: ends a job. What it has published stays. */
import type { Command } from 'commander';
import { addCommonOptions, type Runner } from '../command';
import { EXIT_DONE } from '../exit-code';
import { withService } from '../with-service';

export function registerCancel(program: Command, run: Runner): void {
  const command = program
    .command('cancel')
    .description('Cancel a job. Documents that it has published stay.')
    .argument('<job>')
    .action(
      run((context, [jobId = '']) =>
        withService(context, async (service) => {
          await service.cancel(jobId);
          if (context.io.isJson) context.io.printJson({ jobId });
          else context.io.print(`Cancelling ${jobId}. See it end: sluice watch ${jobId}`);
          return EXIT_DONE;
        }),
      ),
    );
  addCommonOptions(command);
}
