/** Everything that one process tells Prometheus, as one page: its own registry, and what Temporal's SDK exports beside it. */
import { collectDefaultMetrics, Registry } from 'prom-client';
import type { WorkAtHand } from '../service/ingestion-service';
import { createStateMetrics } from './state-metrics';
import { createWorkMetrics } from './work-metrics';
import type { WorkObserver } from './work-observer';

const SDK_TIMEOUT_MS = 1_000;

export interface ProcessMetrics {
  /** Of the worker in this process. From the first call on its metrics are part of the page. */
  observeWork(): WorkObserver;
  /** Asks at each scrape for the work at hand. */
  askState(ask: () => Promise<WorkAtHand>): void;
  /** Where Temporal's SDK serves its own, such as `http://127.0.0.1:9464/metrics`. */
  addSdk(url: string): void;
  readonly contentType: string;
  /** Prometheus' text format. Does not reject: what can't be told is left out. */
  render(): Promise<string>;
}

export function createProcessMetrics(): ProcessMetrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  let observer: WorkObserver | undefined;
  let ask: (() => Promise<WorkAtHand>) | undefined;
  let setState: ((found: WorkAtHand) => void) | undefined;
  let sdkUrl: string | undefined;
  let asking: Promise<void> | undefined;

  const askOnce = async (): Promise<void> => {
    if (ask !== undefined) setState?.(await ask());
  };
  return {
    observeWork: () => (observer ??= createWorkMetrics(registry)),
    askState(asked) {
      ask = asked;
      setState ??= createStateMetrics(registry);
    },
    contentType: Registry.PROMETHEUS_CONTENT_TYPE,
    addSdk: (url) => void (sdkUrl = url),
    async render() {
      // Several scrapes at a time are one question.
      asking ??= askOnce().finally(() => (asking = undefined));
      await asking;
      return [await registry.metrics(), sdkUrl === undefined ? '' : await readSdk(sdkUrl)].join('');
    },
  };
}

async function readSdk(url: string): Promise<string> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(SDK_TIMEOUT_MS) });
    return answer.ok ? await answer.text() : '';
  } catch {
    // It listens from the worker's start on.
    return '';
  }
}
