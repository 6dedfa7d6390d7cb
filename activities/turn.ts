/**
 * So long a batch of LOADING, CHUNKING or INDEXING works before it goes back to its queue, with what it has committed. Temporal hands out first
 * what has had little, but it takes nothing back from a worker: a small job would wait for whole batches of large ones. (EMBEDDING mostly waits, for
 * its provider, and there the requests take turns: src/embedding/request-slots.ts.) An ordinary batch is through sooner.
 */
const TURN_MS = 500;

/** To be called when the first piece of work begins, so that every turn gets on. @returns whether the turn is over */
export function beginTurn(): () => boolean {
  const endsAtMs = performance.now() + TURN_MS;
  return () => performance.now() >= endsAtMs;
}
