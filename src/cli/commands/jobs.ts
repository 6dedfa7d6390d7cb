/** `sluice jobs`: the latest jobs. */
import { Option, type Command } from 'commander';
import { JOB_STATUSES, type JobStatus } from '../../domain/job-status';
import type { JobStatusResponse } from '../../domain/job-view';
import { addCommonOptions, type Runner } from '../command';
import { EXIT_DONE } from '../exit-code';
import { documentsInWords, paintStatus } from '../job-report';
import { addPageOptions, nextPageLines, type PageOptions } from '../page-options';
import type { Style } from '../terminal/style';
import { tableLines } from '../terminal/table';
import { localTime } from '../terminal/words';
import { withDatabase } from '../with-service';

interface JobsOptions extends PageOptions {
  status?: JobStatus;
  collection?: string;
}

export function registerJobs(program: Command, run: Runner): void {
  const command = program
    .command('jobs')
    .description('List jobs, the latest first.')
    .addOption(new Option('--status <status>', 'only these').choices(JOB_STATUSES))
    .option('-c, --collection <name>', 'only those of the collection')
    .action(
      run<JobsOptions>((context, _args, { status, collection, limit, cursor }) =>
        withDatabase(context, async (service) => {
          const { io } = context;
          const page = await service.list({ status, collection, limit, cursor });
          if (io.isJson) io.printJson(page);
          else if (page.jobs.length === 0) io.print('No jobs. Start one: sluice ingest ./docs --collection docs');
          else io.print(...jobLines(page.jobs, io.style), ...nextPageLines(page.nextCursor));
          return EXIT_DONE;
        }),
      ),
    );
  addPageOptions(addCommonOptions(command));
}

function jobLines(jobs: readonly JobStatusResponse[], style: Style): string[] {
  return tableLines(
    jobs,
    [
      { title: 'JOB', cell: (job) => job.jobId },
      { title: 'COLLECTION', cell: (job) => job.collection, maxWidth: 24 },
      { title: 'STATUS', cell: (job) => job.status, paint: (text, job) => text.replace(job.status, paintStatus(job.status, style)) },
      { title: '', cell: (job) => (job.status === 'RUNNING' ? `${job.progress}% ${job.currentPhase ?? ''}` : (job.error?.code ?? '')) },
      { title: 'CREATED', cell: (job) => localTime(job.createdAt) },
      { title: 'DOCUMENTS', cell: (job) => documentsInWords(job.documents, job.chunks) },
    ],
    style,
  );
}
