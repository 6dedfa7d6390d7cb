/** A phase of a job: its basin, its figures, why it waits, and its gate. */
import { isPhaseFinished } from '../../domain/phase-status';
import type { JobStatusResponse, PhaseStatusView } from '../../domain/job-view';
import type { Action } from '../connection/use-action';
import { averageRate, type Throughput } from '../job/throughput';
import { count, counted, duration, rate } from '../words/quantities';
import { PHASE_STATUS_WORDS, PHASE_WORDS } from '../words/status-words';
import { waitReasonSentence } from '../words/wait-reason-words';
import { Basin } from './basin';
import { BudgetForm } from './budget-form';
import { Status } from './status';

interface PhaseColumnProps {
  job: JobStatusResponse;
  view: PhaseStatusView;
  action: Action;
  throughput: Throughput;
  nowMs: number;
}

export function PhaseColumn({ job, view, action, throughput, nowMs }: PhaseColumnProps) {
  const { phase, status, progress, itemsProcessed, itemsTotal, itemsFailed } = view;
  const name = PHASE_WORDS[phase];
  const isPaused = status === 'PAUSED';
  const isOver = job.finishedAt !== null || isPhaseFinished(status);
  const turn = (): void => void action.run((client) => (isPaused ? client.resumeJob(job.jobId, { phase }) : client.pauseJob(job.jobId, phase)));
  return (
    <li class={`phase phase-${status.toLowerCase()}`} aria-label={name}>
      <Basin view={view} />
      <div class="phase-text">
        <h3 class="phase-name">{name}</h3>
        <Status words={PHASE_STATUS_WORDS[status]} />
        <p
          class="phase-progress"
          role="progressbar"
          aria-label={`${name}, progress`}
          aria-valuenow={progress}
          aria-valuemin={0}
          aria-valuemax={100}
          aria-valuetext={`${progress} percent, ${count(itemsProcessed)} of ${counted(itemsTotal, 'document')}`}
        >
          <span class="figure">{progress}</span> %
        </p>
        <p class="phase-counts">
          {count(itemsProcessed)} of {count(itemsTotal)}
          {!job.documents.totalIsFinal && !isOver && ' so far'}
          {itemsFailed > 0 && <span class="tone-fault">, {count(itemsFailed)} failed</span>}
        </p>
        <p class="phase-rate">{rateWords(job, view, throughput, nowMs)}</p>
        <p class="phase-reason">{view.error !== null ? <code>{view.error.code}</code> : waitReasonSentence(view)}</p>
        {view.waitReason === 'BUDGET' && <BudgetForm jobId={job.jobId} action={action} />}
        {!isOver && view.waitReason !== 'BUDGET' && (
          <button type="button" class="button gate-button" aria-disabled={action.isBusy} onClick={turn}>
            {isPaused ? 'Resume' : 'Pause'} <span class="visually-hidden">{name}</span>
          </button>
        )}
      </div>
    </li>
  );
}

function rateWords(job: JobStatusResponse, view: PhaseStatusView, throughput: Throughput, nowMs: number): string {
  if (view.startedAt === null) return job.finishedAt === null ? 'Has not begun' : 'Never began';
  if (view.completedAt !== null) {
    const average = averageRate(view);
    const took = duration((Date.parse(view.completedAt) - Date.parse(view.startedAt)) / 1_000);
    return average === undefined ? `took ${took}` : `${rate(average)} over ${took}`;
  }
  // What it did before it was paused is no rate of now.
  if (view.status === 'PAUSED') return '';
  const now = throughput.rate(view.phase, nowMs);
  const left = throughput.secondsLeft(view, job.documents.totalIsFinal, nowMs);
  return [now === undefined ? 'measuring' : rate(now), left === undefined ? undefined : `about ${duration(left)} left`].filter(Boolean).join(', ');
}
