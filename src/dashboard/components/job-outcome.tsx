/** Why a job failed and what to do about it. Nothing, as long as it has not. */
import { ERROR_KINDS } from '../../domain/errors';
import type { JobStatusResponse } from '../../domain/job-view';
import { PHASE_WORDS } from '../words/status-words';
import { Notice } from './notice';
import { Prose } from './prose';

export function JobOutcome({ job: { error } }: { job: JobStatusResponse }) {
  if (error === null) return null;
  const hint = (
    <p class="notice-hint">
      <Prose text={ERROR_KINDS[error.code].hint} />
    </p>
  );
  // Somebody's will, and its message says no more than the title.
  if (error.code === 'CANCELLED') {
    return (
      <Notice tone="gate" title="The job was cancelled.">
        {hint}
      </Notice>
    );
  }
  return (
    <Notice tone="fault" title={`The job failed in ${PHASE_WORDS[error.phase]}.`}>
      <p class="notice-text">
        {error.message} <code>{error.code}</code>
      </p>
      {hint}
    </Notice>
  );
}
