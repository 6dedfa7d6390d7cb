/** What happened to a job, the latest first. */
import { PHASE_STATUSES, type PhaseStatus } from '../../domain/phase-status';
import type { JobStatusResponse } from '../../domain/job-view';
import { timelineOf, type TimelineEntry } from '../job/timeline';
import { moment } from '../words/quantities';
import { JOB_STATUS_WORDS, PHASE_STATUS_WORDS, PHASE_WORDS, type StatusWords } from '../words/status-words';
import { Status } from './status';

export function Timeline({ job, seen }: { job: JobStatusResponse; seen: readonly TimelineEntry[] }) {
  return (
    <section aria-labelledby="timeline">
      <h2 id="timeline">Timeline</h2>
      <p class="section-note">Beginnings and ends, and the pauses that were seen since this page was opened.</p>
      <ol class="timeline" reversed>
        {timelineOf(job, seen).map((entry) => (
          <li key={`${entry.at} ${entry.phase} ${entry.status}`}>
            <time dateTime={entry.at}>{moment(entry.at)}</time>
            <span class="timeline-subject">{entry.phase === null ? 'Job' : PHASE_WORDS[entry.phase]}</span>
            <Status words={wordsOf(entry)} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function wordsOf({ phase, status }: TimelineEntry): StatusWords {
  if (phase !== null && isPhaseStatus(status)) return PHASE_STATUS_WORDS[status];
  return status === 'PENDING' ? { ...JOB_STATUS_WORDS.PENDING, word: 'Accepted' } : JOB_STATUS_WORDS[status as keyof typeof JOB_STATUS_WORDS];
}

function isPhaseStatus(status: string): status is PhaseStatus {
  return (PHASE_STATUSES as readonly string[]).includes(status);
}
