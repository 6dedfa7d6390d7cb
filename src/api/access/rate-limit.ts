/** A bucket of requests for each address, refilled steadily: nobody can keep the others from being served. */
import type { MiddlewareHandler } from 'hono';
import type { ApiEnv } from '../api-env';
import { HttpProblem } from '../http-problem';

const REQUESTS_PER_SECOND = 100;
const BURST = 500;
/** Beyond it the addresses that were seen longest ago are forgotten: their buckets are full, or they are many on purpose. */
const MAX_ADDRESSES = 10_000;

interface Bucket {
  requests: number;
  atMs: number;
}

/** By address, not by key: an unknown key costs as much as a known one. */
export function limitRate(): MiddlewareHandler<ApiEnv> {
  const buckets = new Map<string, Bucket>();
  return async (context, next) => {
    const address = context.env.incoming.socket.remoteAddress ?? '';
    const nowMs = performance.now();
    const bucket = buckets.get(address) ?? { requests: BURST, atMs: nowMs };
    const requests = Math.min(BURST, bucket.requests + ((nowMs - bucket.atMs) / 1_000) * REQUESTS_PER_SECOND);
    const isAllowed = requests >= 1;
    // Set anew, so that the map stays in the order of the last request.
    buckets.delete(address);
    buckets.set(address, { requests: isAllowed ? requests - 1 : requests, atMs: nowMs });
    if (buckets.size > MAX_ADDRESSES) buckets.delete(buckets.keys().next().value!);
    if (!isAllowed) throw new HttpProblem('TOO_MANY_REQUESTS', `More than ${REQUESTS_PER_SECOND} requests a second.`, { headers: { 'Retry-After': '1' } });
    await next();
  };
}
