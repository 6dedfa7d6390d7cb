/** Every answer comes within 3 s while a server is silent: what is not known by then is 503. */
import type { MiddlewareHandler } from 'hono';
import { SluiceError } from '../domain/errors';
import type { IngestionService } from '../service/ingestion-service';

const DEADLINE_MS = 2_800;
/** Where work may rightly take longer, it is asked after so long whether the database, without which nothing is done, answers at all. */
const DOUBT_MS = 1_200;
const LONG_DEADLINE_MS = 60_000;

/** For what is read and started. */
export function answerInTime(): MiddlewareHandler {
  return async (_context, next) => raced(next(), DEADLINE_MS, async () => late(DEADLINE_MS));
}

/** For what may take long of itself: a search through a slow provider, the deletion of much. */
export function answerWhileDatabaseDoes(service: IngestionService): MiddlewareHandler {
  return async (_context, next) => {
    const work = next();
    await raced(work, DOUBT_MS, async () => {
      const { database } = await service.readiness();
      if (!database.answers) throw new SluiceError('SERVER_UNREACHABLE', `The database does not answer: ${database.why}`);
      await raced(work, LONG_DEADLINE_MS, async () => late(LONG_DEADLINE_MS));
    });
  };
}

/** Settles as the work does, or, when the work has taken so long, as `otherwise`. */
async function raced(work: Promise<void>, milliseconds: number, otherwise: () => Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve, reject) => {
    timer = setTimeout(() => otherwise().then(resolve, reject), milliseconds);
  });
  try {
    await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

function late(milliseconds: number): never {
  throw new SluiceError('SERVER_UNREACHABLE', `The servers did not answer within ${milliseconds / 1_000} s. What was asked for may still be done.`);
}
