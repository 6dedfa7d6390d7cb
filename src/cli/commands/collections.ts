/** `sluice collections`: what there is to search. */
import type { Command } from 'commander';
import type { CollectionView } from '../../service/ingestion-service';
import { addCommonOptions, type Runner } from '../command';
import { EXIT_DONE } from '../exit-code';
import type { Style } from '../terminal/style';
import { tableLines } from '../terminal/table';
import { count } from '../terminal/words';
import { withDatabase } from '../with-service';

export function registerCollections(program: Command, run: Runner): void {
  const command = program
    .command('collections')
    .description('List the collections.')
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
}

export function collectionLines(collections: readonly CollectionView[], style: Style): string[] {
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
