/** The database that tests clone: migrated once a run. */
import { migrateToLatest } from '../../src/db/migrate';
import { runSql, withDatabase } from './test-database';

const TEMPLATE = 'sluice_template';

/** Returns its name. */
export async function makeTemplateDatabase(databaseUrl: string): Promise<string> {
  await runSql(databaseUrl, `create database ${TEMPLATE}`);
  await migrateToLatest(withDatabase(databaseUrl, TEMPLATE));
  return TEMPLATE;
}
