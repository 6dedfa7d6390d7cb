/** `sluice sources C`: where a collection's documents come from. `sluice sources C remove LOCATOR`: takes those of one source back. */
import type { Command } from 'commander';
import { Uploads } from '../../api/uploads/uploads';
import { SluiceError } from '../../domain/errors';
import type { SourceView } from '../../service/ingestion-service';
import { addCommonOptions, type Runner } from '../command';
import { isConfirmed } from '../confirmed';
import type { CommandContext } from '../context';
import { EXIT_DONE } from '../exit-code';
import type { Style } from '../terminal/style';
import { tableLines } from '../terminal/table';
import { harmless } from '../terminal/text-width';
import { count, counted } from '../terminal/words';
import { withDatabase } from '../with-service';

interface SourcesOptions {
  yes?: boolean;
}

export function registerSources(program: Command, run: Runner): void {
  const command = program
    .command('sources')
    .summary('List the sources of a collection, or remove one.')
    .description('List the sources of a collection. `remove LOCATOR` removes one with all that was published from it; refused while a job is active on it.')
    .argument('<collection>')
    .argument('[remove]')
    .argument('[locator]')
    .option('-y, --yes', 'remove without asking')
    .action(
      run<SourcesOptions>((context, [collection = '', action, locator], { yes }) => {
        if (action === undefined) return listSources(context, collection);
        if (action !== 'remove' || locator === undefined) {
          throw new SluiceError('INVALID_INPUT', `${action === 'remove' ? 'Which source? The locator is missing.' : `sources can't ${action}.`}`, {
            hint: `For example: sluice sources ${collection} remove folder:/data/handbook`,
          });
        }
        return removeSource(context, collection, locator, yes);
      }),
    );
  addCommonOptions(command);
}

function listSources(context: CommandContext, collection: string): Promise<number> {
  return withDatabase(context, async (service) => {
    const { io } = context;
    const sources = await service.sources(collection);
    if (io.isJson) io.printJson({ sources });
    else if (sources.length === 0) io.print('No sources.');
    else io.print(...sourceLines(sources, io.style));
    return EXIT_DONE;
  });
}

function removeSource(context: CommandContext, collection: string, locator: string, yes: boolean | undefined): Promise<number> {
  return withDatabase(context, async (service) => {
    const { io, config } = context;
    const found = (await service.sources(collection)).find((source) => source.locator === locator);
    const question = `Remove ${locator} with ${counted(found?.documents ?? 0, 'published document')} from "${collection}"?`;
    if (found !== undefined && !(await isConfirmed(io, yes, question))) return EXIT_DONE;
    const { documents } = await service.removeSource({ collection, locator });
    await new Uploads(config.stateDir).deleteSource(collection, locator);
    if (io.isJson) io.printJson({ documents });
    else io.print(`Removed ${harmless(locator)}: ${counted(documents, 'document')}.`);
    return EXIT_DONE;
  });
}

function sourceLines(sources: readonly SourceView[], style: Style): string[] {
  return tableLines(
    sources,
    [
      { title: 'DOCUMENTS', cell: ({ documents }) => count(documents), align: 'right' },
      { title: 'CHUNKS', cell: ({ chunks }) => count(chunks), align: 'right' },
      { title: 'SOURCE', cell: ({ locator }) => harmless(locator) },
    ],
    style,
  );
}
