/** A job as it changes, and what has been seen of it since the page was opened. */
import { useEffect, useState } from 'preact/hooks';
import type { JobStatusResponse } from '../../domain/job-view';
import { Throughput } from '../job/throughput';
import { changesBetween, type TimelineEntry } from '../job/timeline';
import { connection } from './connection';
import { isFinal } from './is-final';
import { nextTurn } from './next-turn';

const NOW_MS = 0;
const RETRY_MS = 1_000;

export interface SeenJob {
  job: JobStatusResponse | undefined;
  error: unknown;
  throughput: Throughput;
  /** Changes of a status that no time of the job itself tells. */
  seen: readonly TimelineEntry[];
}

/** The stream is closed while the page is hidden: a browser opens only six connections to one server, over all its tabs. */
export function useJob(jobId: string): SeenJob {
  const [state, setState] = useState<SeenJob>(() => nothingSeen());
  useEffect(() => {
    const stop = new AbortController();
    setState(nothingSeen());
    const loop = async (): Promise<void> => {
      for (;;) {
        await nextTurn(NOW_MS, stop.signal);
        const pause = untilHidden(stop.signal);
        try {
          for await (const job of connection.client.watchJob(jobId, { signal: pause })) setState((last) => withJob(last, job));
          return;
        } catch (error) {
          if (stop.signal.aborted) return;
          if (!pause.aborted) {
            setState((last) => ({ ...last, error }));
            if (isFinal(error)) return;
            await nextTurn(RETRY_MS, stop.signal);
          }
        }
      }
    };
    void loop();
    return () => stop.abort();
  }, [jobId]);
  return state;
}

function nothingSeen(): SeenJob {
  return { job: undefined, error: undefined, throughput: new Throughput(), seen: [] };
}

function withJob(last: SeenJob, job: JobStatusResponse): SeenJob {
  last.throughput.add(job, Date.now());
  const changes = last.job === undefined ? [] : changesBetween(last.job, job);
  return { job, error: undefined, throughput: last.throughput, seen: [...last.seen, ...changes] };
}

function untilHidden(signal: AbortSignal): AbortSignal {
  const hidden = new AbortController();
  document.addEventListener('visibilitychange', () => hidden.abort(), { once: true, signal });
  return AbortSignal.any([hidden.signal, signal]);
}
