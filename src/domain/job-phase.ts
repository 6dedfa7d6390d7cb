/** The four phases of an ingestion, in the order in which a document passes them. Names only: a status is a {@link PhaseStatus}. */
export const JOB_PHASES = ['LOADING', 'CHUNKING', 'EMBEDDING', 'INDEXING'] as const;

export type JobPhase = (typeof JOB_PHASES)[number];

export function isJobPhase(value: unknown): value is JobPhase {
  return JOB_PHASES.includes(value as JobPhase);
}

/** A value for each phase. */
export type PerPhase<T> = Record<JobPhase, T>;

/** Builds a {@link PerPhase} by asking for each phase's value. */
export function perPhase<T>(valueOf: (phase: JobPhase) => T): PerPhase<T> {
  return { LOADING: valueOf('LOADING'), CHUNKING: valueOf('CHUNKING'), EMBEDDING: valueOf('EMBEDDING'), INDEXING: valueOf('INDEXING') };
}

/** The phase before, whose output this one takes; undefined for LOADING. */
export function previousPhase(phase: JobPhase): JobPhase | undefined {
  return JOB_PHASES[JOB_PHASES.indexOf(phase) - 1];
}

/** The phase after, which takes this one's output; undefined for INDEXING. */
export function nextPhase(phase: JobPhase): JobPhase | undefined {
  return JOB_PHASES[JOB_PHASES.indexOf(phase) + 1];
}
