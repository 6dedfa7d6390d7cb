/** A provider that asks for more is asked again sooner: its limits are per minute, and a wrong clock must not stop a job for a day. */
const MAX_RETRY_AFTER_MS = 10 * 60_000;

/**
 * What an answer asks to wait, in ms: `retry-after-ms`, or `retry-after` as seconds or as a date; undefined when it doesn't say.
 * @param nowMs the time against which a date counts
 */
export function retryAfterMs(headers: { get(name: string): string | null }, nowMs: number): number | undefined {
  const milliseconds = Number(headers.get('retry-after-ms') ?? NaN);
  if (milliseconds >= 0) return Math.min(milliseconds, MAX_RETRY_AFTER_MS);
  const value = headers.get('retry-after')?.trim() ?? '';
  const waitMs = /^\d+(\.\d+)?$/.test(value) ? Number(value) * 1000 : Date.parse(value) - nowMs;
  return Number.isNaN(waitMs) ? undefined : Math.min(Math.max(waitMs, 0), MAX_RETRY_AFTER_MS);
}
