/** `sluice status JOB`: one look at a job. */
import type { Command } from 'commander';
import { addCommonOptions, type Runner } from '../command';
import { EXIT_DONE } from '../exit-code';
import { jobReport } from '../job-report';
import { withDatabase } from '../with-service';

export function registerStatus(program: Command, run: Runner): void {
  const command = program
    .command('status')
    .description('Show a job and its four phases.')
    .argument('<job>')
    .action(
      run((context, [jobId = '']) =>
        withDatabase(context, async (service) => {
          const { io } = context;
          const job = await service.status(jobId);
          if (io.isJson) io.printJson(job);
          else io.print(...jobReport(job, { columns: io.stdout.columns ?? 100, style: io.style, nowMs: Date.now() }));
          return EXIT_DONE;
        }),
      ),
    );
  addCommonOptions(command);
}
