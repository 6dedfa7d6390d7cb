/** What each status is called, and the mark and colour that stand beside the word, never for it. */
import type { JobPhase } from '../../domain/job-phase';
import type { JobStatus } from '../../domain/job-status';
import type { PhaseStatus } from '../../domain/phase-status';

/** The colours of styles/tokens.css by their meaning. */
export type Tone = 'still' | 'flow' | 'gate' | 'done' | 'fault';

export type MarkName = 'circle' | 'flow' | 'gate' | 'check' | 'cross';

export interface StatusWords {
  word: string;
  mark: MarkName;
  tone: Tone;
}

const RUNNING: StatusWords = { word: 'Running', mark: 'flow', tone: 'flow' };
const COMPLETED: StatusWords = { word: 'Completed', mark: 'check', tone: 'done' };
const FAILED: StatusWords = { word: 'Failed', mark: 'cross', tone: 'fault' };

export const JOB_STATUS_WORDS = {
  NOT_STARTED: { word: 'Not started', mark: 'circle', tone: 'still' },
  PENDING: { word: 'Pending', mark: 'circle', tone: 'still' },
  RUNNING,
  COMPLETED,
  FAILED,
} as const satisfies Record<JobStatus, StatusWords>;

export const PHASE_STATUS_WORDS = {
  NOT_STARTED: { word: 'Not started', mark: 'circle', tone: 'still' },
  RUNNING,
  PAUSED: { word: 'Paused', mark: 'gate', tone: 'gate' },
  COMPLETED,
  FAILED,
} as const satisfies Record<PhaseStatus, StatusWords>;

export const PHASE_WORDS = {
  LOADING: 'Loading',
  CHUNKING: 'Chunking',
  EMBEDDING: 'Embedding',
  INDEXING: 'Indexing',
} as const satisfies Record<JobPhase, string>;
