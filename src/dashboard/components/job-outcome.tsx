/** Why a job failed and what to do about it. Nothing, as long as it has not. */
import { ERROR_KINDS } from '../../domain/errors';
import type { JobStatusResponse } from '../../domain/job-view';
import { PHASE_WORDS } from '../words/status-words';
import { Notice } from './notice';

export function JobOutcome({ job: { error } }: { job: JobStatusResponse }) {
  if (error === null) return null;
  return (
    <Notice tone={error.code === 'CANCELLED' ? 'gate' : 'fault'} title={error.code === 'CANCELLED' ? 'The job was cancelled.' : `The job failed in ${PHASE_WORDS[error.phase]}.`}>
      <p class="notice-text">
        {error.message} <code>{error.code}</code>
      </p>
      <p class="notice-hint">{ERROR_KINDS[error.code].hint}</p>
    </Notice>
  );
}
