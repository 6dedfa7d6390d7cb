/** For commands that ask the servers that run. */
import type { IngestionService } from '../service/ingestion-service';
import type { CommandContext } from './context';

type Work = (service: IngestionService) => Promise<number>;

/** What needs Temporal: no server is started. */
export async function withService(context: CommandContext, work: Work): Promise<number> {
  return withSession(context, work, false);
}

/** What is answered from the database: after an `ingest` has ended, its collections can still be searched and its jobs looked at. */
export async function withDatabase(context: CommandContext, work: Work): Promise<number> {
  return withSession(context, work, true);
}

async function withSession(context: CommandContext, work: Work, needsDatabaseOnly: boolean): Promise<number> {
  const session = await context.openServers({ mayStart: false, needsDatabaseOnly });
  try {
    return await work(session.service);
  } finally {
    await session.close();
  }
}
