/** `sluice show URI --collection C`: the parsed text of a published document, as search reads it. */
import type { Command } from 'commander';
import { addCommonOptions, type Runner } from '../command';
import { EXIT_DONE } from '../exit-code';
import { withDatabase } from '../with-service';
import { requiredCollection } from './search';

interface ShowOptions {
  collection?: string;
}

export function registerShow(program: Command, run: Runner): void {
  const command = program
    .command('show')
    .description('Print the parsed text of a published document.')
    .argument('<uri>')
    .option('-c, --collection <name>', 'the collection')
    .action(
      run<ShowOptions>((context, [uri = ''], options) => {
        const collection = requiredCollection(options.collection, `sluice show ${JSON.stringify(uri)} --collection docs`);
        return withDatabase(context, async (service) => {
          const { io } = context;
          const document = await service.show({ collection, uri });
          if (io.isJson) io.printJson(document);
          else io.print(document.text);
          return EXIT_DONE;
        });
      }),
    );
  addCommonOptions(command);
}
