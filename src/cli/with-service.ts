/** For commands that ask the servers that run, and start none. */
import type { IngestionService } from '../service/ingestion-service';
import type { CommandContext } from './context';

export async function withService(context: CommandContext, work: (service: IngestionService) => Promise<number>): Promise<number> {
  const session = await context.openServers({ mayStart: false });
  try {
    return await work(session.service);
  } finally {
    await session.close();
  }
}
