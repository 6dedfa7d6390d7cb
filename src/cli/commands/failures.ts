/** `sluice failures JOB`: the documents that failed, or the files that were ignored, and why. */
import type { Command } from 'commander';
import type { DocumentView } from '../../service/ingestion-service';
import { addCommonOptions, type Runner } from '../command';
import { EXIT_DONE } from '../exit-code';
import { addPageOptions, nextPageLines, type PageOptions } from '../page-options';
import type { Style } from '../terminal/style';
import { harmless } from '../terminal/text-width';
import { withDatabase } from '../with-service';

interface FailuresOptions extends PageOptions {
  ignored?: boolean;
}

export function registerFailures(program: Command, run: Runner): void {
  const command = program
    .command('failures')
    .description('List the documents that failed in a job, and why.')
    .argument('<job>')
    .option('--ignored', 'list the files that Sluice does not read instead')
    .action(
      run<FailuresOptions>((context, [jobId = ''], { ignored, limit, cursor }) =>
        withDatabase(context, async (service) => {
          const { io } = context;
          const page = await service.documents(jobId, { ...(ignored ? { ignored } : { outcome: 'FAILED' }), limit, cursor });
          if (io.isJson) io.printJson(page);
          else if (page.documents.length === 0) io.print(ignored ? 'No file was ignored.' : 'No document failed.');
          else io.print(...failureLines(page.documents, io.style), ...nextPageLines(page.nextCursor));
          return EXIT_DONE;
        }),
      ),
    );
  addPageOptions(addCommonOptions(command));
}

/** A document a paragraph: names and messages may be long, and are never cut. */
function failureLines(documents: readonly DocumentView[], style: Style): string[] {
  return documents.flatMap(({ uri, phase, code, message, attempts }) => {
    const where = [code, phase && `in ${phase}`, attempts > 1 && `after ${attempts} attempts`].filter(Boolean).join(' ');
    return [style.bold(harmless(uri)), `  ${[where && style.bad(where), message && harmless(message)].filter(Boolean).join(': ')}`];
  });
}
