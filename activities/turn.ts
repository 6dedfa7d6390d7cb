import { Context } from '@temporalio/activity';
import { LOWEST_PRIORITY } from '../src/domain/job-priority';

/**
 * So long a batch of LOADING, CHUNKING or INDEXING of a large job works before it goes back to its queue, with what it has committed; for each
 * priority that its job comes before, twice as long. Temporal hands out first what belongs to small jobs, but it takes nothing back from a worker:
 * a small job would wait for whole batches of large ones. (EMBEDDING mostly waits, for its provider, and there the requests take turns:
 * src/embedding/request-slots.ts.)
 */
const SHORTEST_TURN_MS = 500;

/** To be called when the first piece of work begins, so that every turn gets on. @returns whether the turn is over */
export function beginTurn(): () => boolean {
  const { priorityKey = LOWEST_PRIORITY } = Context.current().info.priority ?? {};
  const endsAtMs = performance.now() + SHORTEST_TURN_MS * 2 ** (LOWEST_PRIORITY - priorityKey);
  return () => performance.now() >= endsAtMs;
}
