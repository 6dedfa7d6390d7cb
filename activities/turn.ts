import { Context } from '@temporalio/activity';
import { LOWEST_PRIORITY } from '../src/domain/job-priority';

/**
 * So long a batch of LOADING, CHUNKING or INDEXING of a large job works before it goes back to its queue, with what it has committed; for each
 * priority that its job comes before, twice as long. Temporal hands out first what belongs to small jobs, but it takes nothing back from a worker:
 * a small job would wait for whole batches of large ones. (EMBEDDING waits for its provider, where requests take turns,
 * src/embedding/request-slots.ts, or computes in the background.)
 */
const SHORTEST_TURN_MS = 500;

/**
 * Does one piece of the batch's work after another until its turn is over; at least one, so that every turn gets on. Rejects with the signal's
 * reason, or the first error of `work`.
 * @returns whether all is done
 */
export async function takeTurn<T>(pieces: readonly T[], signal: AbortSignal, work: (piece: T) => Promise<void>): Promise<boolean> {
  const { priorityKey = LOWEST_PRIORITY } = Context.current().info.priority ?? {};
  const endsAtMs = performance.now() + SHORTEST_TURN_MS * 2 ** (LOWEST_PRIORITY - priorityKey);
  for (const [index, piece] of pieces.entries()) {
    signal.throwIfAborted();
    if (index > 0 && performance.now() >= endsAtMs) return false;
    await work(piece);
  }
  return true;
}
