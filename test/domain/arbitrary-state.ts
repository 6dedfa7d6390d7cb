import fc from 'fast-check';
import type { IngestionState, PhaseState } from '../../src/domain/ingestion-state';
import { JOB_PHASES } from '../../src/domain/job-phase';
import { PHASE_STATUSES } from '../../src/domain/phase-status';

const time = fc.date({ min: new Date('2020-01-01'), max: new Date('2040-01-01'), noInvalidDate: true }).map((date) => date.toISOString());
const timeOrNull = fc.option(time, { nil: null });
const count = fc.nat(1_000_000);
const code = fc.constantFrom('CANCELLED' as const, 'STOPPED' as const, 'INTERNAL' as const);

const phaseState: fc.Arbitrary<PhaseState> = fc.record({
  status: fc.constantFrom(...PHASE_STATUSES),
  itemsProcessed: count,
  itemsFailed: count,
  startedAt: timeOrNull,
  completedAt: timeOrNull,
  error: fc.option(fc.record({ code, message: fc.string() }), { nil: null }),
});

/** States of any shape that the types allow, reachable or not. */
export const arbitraryState: fc.Arbitrary<IngestionState> = fc.record({
  jobId: fc.string({ minLength: 1 }),
  collection: fc.string({ minLength: 1 }),
  source: fc.record({ kind: fc.constant('folder' as const), path: fc.string({ minLength: 1 }) }),
  retryOf: fc.option(fc.string(), { nil: null }),
  phases: fc.record({ LOADING: phaseState, CHUNKING: phaseState, EMBEDDING: phaseState, INDEXING: phaseState }),
  documents: fc.record({ total: count, totalIsFinal: fc.boolean(), succeeded: count, skipped: count, removed: count, ignored: count }),
  chunks: count,
  error: fc.option(fc.record({ code, message: fc.string(), phase: fc.constantFrom(...JOB_PHASES) }), { nil: null }),
  createdAt: time,
  startedAt: timeOrNull,
  finishedAt: timeOrNull,
  version: count,
});
