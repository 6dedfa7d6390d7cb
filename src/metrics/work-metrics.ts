/** What a worker has done since it started, as Prometheus metrics. What there is to do, whoever does it: state-metrics.ts. */
import { Counter, Histogram, type Registry } from 'prom-client';
import type { DocumentOutcome } from '../domain/document-outcome';
import { JOB_PHASES } from '../domain/job-phase';
import type { WorkObserver } from './work-observer';

/** Seconds: a batch is meant to take about one; a slow provider or a large document takes minutes. */
const BATCH_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1_800];
const REQUEST_BUCKETS = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** An observer that counts into the registry. */
export function createWorkMetrics(registry: Registry): WorkObserver {
  const common = { registers: [registry] };
  const batches = new Histogram({ ...common, name: 'sluice_batch_duration_seconds', help: 'Attempts at batches: how long they took.', labelNames: ['phase', 'outcome'], buckets: BATCH_BUCKETS });
  const processed = new Counter({ ...common, name: 'sluice_documents_processed_total', help: 'Documents that a phase has finished with, those decided before it included.', labelNames: ['phase'] });
  const decided = new Counter({ ...common, name: 'sluice_documents_total', help: 'Documents by what became of them, and the phase that decided it.', labelNames: ['phase', 'outcome'] });
  const chunks = new Counter({ ...common, name: 'sluice_chunks_total', help: 'Chunks that were cut, embedded and published, or that failed there.', labelNames: ['phase', 'outcome'] });
  const requests = new Histogram({ ...common, name: 'sluice_provider_request_duration_seconds', help: 'Requests to the embedding provider; rate-limited is HTTP 429.', labelNames: ['provider', 'model', 'outcome'], buckets: REQUEST_BUCKETS });
  const tokens = new Counter({ ...common, name: 'sluice_provider_tokens_total', help: 'Tokens that the embedding provider charged for.', labelNames: ['provider', 'model'] });
  const cost = new Counter({ ...common, name: 'sluice_provider_cost_dollars_total', help: 'What the embedding provider was paid, by its list price.', labelNames: ['provider', 'model'] });
  const mended = new Counter({ ...common, name: 'sluice_mirror_mended_total', help: 'Rows of the mirror that had drifted from their workflow and were mended.', labelNames: ['what'] });

  // From 0 on: a counter that begins with its first event hides that event from rate().
  for (const phase of JOB_PHASES) processed.inc({ phase }, 0);
  for (const [phase, outcome] of [...JOB_PHASES.map((each) => [each, 'FAILED'] as const), ['LOADING', 'SKIPPED'], ['INDEXING', 'SUCCEEDED']] as const) {
    decided.inc({ phase, outcome: label(outcome) }, 0);
  }
  for (const phase of ['CHUNKING', 'EMBEDDING', 'INDEXING']) chunks.inc({ phase, outcome: 'succeeded' }, 0);

  return {
    batch: (phase, outcome, seconds) => batches.observe({ phase, outcome }, seconds),
    processed: (phase, documents) => processed.inc({ phase }, documents),
    decided: (phase, outcome, documents) => decided.inc({ phase, outcome: label(outcome) }, documents),
    chunks: (phase, outcome, count) => chunks.inc({ phase, outcome }, count),
    providerRequest: ({ provider, model, outcome, seconds }) => requests.observe({ provider, model, outcome }, seconds),
    paid({ provider, model }, charged, dollars) {
      tokens.inc({ provider, model }, charged);
      cost.inc({ provider, model }, dollars);
    },
    mended: (what) => mended.inc({ what: what.toLowerCase() }),
  };
}

function label(outcome: DocumentOutcome): string {
  return outcome.toLowerCase();
}
