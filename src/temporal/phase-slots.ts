/** How many batches of each phase a worker has at work at once. */
import { ResourceBasedController, type WorkerTuner } from '@temporalio/worker';
import type { JobPhase } from '../domain/job-phase';

/**
 * A worker takes more only while the machine has something left to do it with. What waits, waits in Temporal, where jobs that have had little
 * go first; what a worker has taken shares its processors with all else, so that a small job would crawl beside the batches of large ones.
 */
const TARGETS = { targetCpuUsage: 0.8, targetMemoryUsage: 0.9 };

/**
 * Whatever the machine's state: beside a listing that hangs or an index that is built the phase goes on. Batches of EMBEDDING mostly wait for
 * their providers, of which one that is slow must not hold up the others.
 */
const FEWEST = { LOADING: 2, CHUNKING: 1, EMBEDDING: 16, INDEXING: 2 } as const satisfies Record<JobPhase, number>;

/** While the machine idles, as it does behind a slow source or a file that a parser hangs on. Together they share the worker's twelve connections to the database. */
const MOST = { LOADING: 8, CHUNKING: 8, EMBEDDING: 16, INDEXING: 4 } as const satisfies Record<JobPhase, number>;

/** Between two further batches of a phase: so long it takes to see what the last one costs. */
const RAMP_MS = 200;

/** @returns the slots of a phase's batches; those of all phases look at the same machine. */
export function createPhaseSlots(): (phase: JobPhase) => WorkerTuner {
  const controller = ResourceBasedController.create(TARGETS);
  return (phase) => ({ controller, activityTaskSlotOptions: { minimumSlots: FEWEST[phase], maximumSlots: MOST[phase], rampThrottle: RAMP_MS } });
}
