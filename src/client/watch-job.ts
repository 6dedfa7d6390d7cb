/** Watches a job over a connection that may break: each time it goes on behind the last snapshot that arrived. */
import type { JobStatusResponse } from '../domain/job-view';
import { SluiceApiError } from './api-error';
import type { Transport } from './transport';

const RETRY_MS = 1_000;
const SERVER_ERROR = 500;

interface ServerSentEvent {
  id: string | undefined;
  name: string | undefined;
  data: string;
}

/** Every change until the job has ended. Servers that don't answer are waited for; rejects with the signal's reason, and with other errors of the API. */
export async function* watchJob(transport: Transport, jobId: string, signal?: AbortSignal): AsyncGenerator<JobStatusResponse, void, undefined> {
  let lastId: string | undefined;
  for (;;) {
    signal?.throwIfAborted();
    try {
      const response = await transport.send(`/v1/jobs/${encodeURIComponent(jobId)}/events`, { headers: { 'last-event-id': lastId }, signal });
      if (response.body === null) return;
      for await (const { id, name, data } of readEvents(response.body)) {
        if (name !== undefined) continue;
        lastId = id;
        const job = JSON.parse(data) as JobStatusResponse;
        yield job;
        if (job.finishedAt !== null) return;
      }
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof SluiceApiError && error.status < SERVER_ERROR) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
  }
}

async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerSentEvent, void, undefined> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      const blocks = (text + decoder.decode(value, { stream: true })).split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        const field = (name: string) => block.split('\n').find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
        const data = field('data');
        if (data !== undefined) yield { id: field('id'), name: field('event'), data };
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
