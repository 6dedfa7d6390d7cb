/** A subscription as server-sent events. Pulled by the connection: a slow reader holds up nobody, and skips what is no longer kept. */
import type { Subscription } from './job-watchers';

/** Proxies close what is silent for a minute. */
const HEARTBEAT_MS = 15_000;
/** How soon a browser that was cut off tries again. */
const RETRY_MS = 1_000;

export const EVENT_STREAM_HEADERS = { 'Content-Type': 'text/event-stream; charset=utf-8', 'Cache-Control': 'no-store', 'X-Accel-Buffering': 'no' };

export function eventStream(subscription: Subscription): Response {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(encoder.encode(`retry: ${RETRY_MS}\n\n`)),
    async pull(controller) {
      const event = await subscription.next(HEARTBEAT_MS);
      if (event === undefined) {
        subscription.close();
        controller.close();
      } else if (event === 'idle') {
        controller.enqueue(encoder.encode(': still here\n\n'));
      } else {
        const head = event.id === null ? 'event: problem\n' : `id: ${event.id}\n`;
        controller.enqueue(encoder.encode(`${head}data: ${event.data}\n\n`));
      }
    },
    cancel: () => subscription.close(),
  });
  return new Response(body, { headers: EVENT_STREAM_HEADERS });
}
