/** `sluice migrate`: brings the database's schema up to date. */
import type { Command } from 'commander';
import { addCommonOptions, type Runner } from '../command';
import { EXIT_DONE } from '../exit-code';
import { getDatabaseUrl } from '../server-session';

export function registerMigrate(program: Command, run: Runner): void {
  const command = program
    .command('migrate')
    .description('Bring the database up to date. Two at once wait for each other.')
    .action(
      run(async ({ io, config }) => {
        const { migrateToLatest } = await import('../../db/migrate.js');
        const { applied } = await migrateToLatest(await getDatabaseUrl(config));
        if (io.isJson) io.printJson({ applied });
        else io.print(applied.length === 0 ? 'The database is up to date.' : `Applied ${applied.join(', ')}.`);
        return EXIT_DONE;
      }),
    );
  addCommonOptions(command);
}
