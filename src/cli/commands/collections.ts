/** `sluice collections`: what there is to search. `sluice collections delete C`: deletes one. */
import type { Command } from 'commander';
import { Uploads } from '../../api/uploads/uploads';
import type { CollectionView } from '../../service/ingestion-service';
import { addCommonOptions, type Runner } from '../command';
import { isConfirmed } from '../confirmed';
import type { CommandContext } from '../context';
import { EXIT_DONE } from '../exit-code';
import type { Style } from '../terminal/style';
import { tableLines } from '../terminal/table';
import { count, counted } from '../terminal/words';
import { withDatabase } from '../with-service';

export function registerCollections(program: Command, run: Runner): void {
  const command = program
    .command('collections')
    .summary('List the collections, or delete one.')
    .description('List the collections. `delete C` deletes one with all that was published in it; refused while a job is active.')
    .action(
      run((context) =>
        withDatabase(context, async (service) => {
          const { io } = context;
          const collections = await service.collections();
          if (io.isJson) io.printJson({ collections });
          else if (collections.length === 0) io.print('No collections. Make one: sluice ingest ./docs --collection docs');
          else io.print(...collectionLines(collections, io.style));
          return EXIT_DONE;
        }),
      ),
    );
  addCommonOptions(command);
  const deletion = command
    .command('delete')
    .description('Delete a collection with all that was published in it. Refused while a job is active.')
    .argument('<collection>')
    .option('-y, --yes', 'delete without asking')
    .action(run<{ yes?: boolean }>((context, [name = ''], { yes }) => deleteCollection(context, name, yes)));
  addCommonOptions(deletion);
}

function deleteCollection(context: CommandContext, name: string, yes: boolean | undefined): Promise<number> {
  return withDatabase(context, async (service) => {
    const { io, config } = context;
    const { documents } = await service.collection(name);
    if (!(await isConfirmed(io, yes, `Delete collection "${name}" with ${counted(documents, 'published document')}?`))) return EXIT_DONE;
    await service.deleteCollection(name);
    await new Uploads(config.stateDir).deleteCollection(name);
    if (io.isJson) io.printJson({ documents });
    else io.print(`Deleted "${name}": ${counted(documents, 'document')}.`);
    return EXIT_DONE;
  });
}

function collectionLines(collections: readonly CollectionView[], style: Style): string[] {
  return tableLines(
    collections,
    [
      { title: 'COLLECTION', cell: ({ name }) => name },
      { title: 'DOCUMENTS', cell: ({ documents }) => count(documents), align: 'right' },
      { title: 'CHUNKS', cell: ({ chunks }) => count(chunks), align: 'right' },
      { title: 'MODEL', cell: ({ model, dimensions }) => `${model}, ${dimensions} dimensions` },
    ],
    style,
  );
}
