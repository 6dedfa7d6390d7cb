/** What can be done with a whole job. */
import { useState } from 'preact/hooks';
import { isPhaseFinished } from '../../domain/phase-status';
import type { JobStatusResponse } from '../../domain/job-view';
import type { Action } from '../connection/use-action';
import { navigate } from '../routing/navigate';
import { ConfirmDialog } from './confirm-dialog';

export function JobActions({ job, action }: { job: JobStatusResponse; action: Action }) {
  const [isAsking, setAsking] = useState(false);
  const { jobId } = job;
  const retry = (failedOnly: boolean): void =>
    void action.run(async (client) => {
      const started = await client.retryJob(jobId, failedOnly ? { failedOnly } : {});
      navigate({ page: 'job', jobId: started.jobId });
    });
  if (job.finishedAt !== null) {
    return (
      <div class="actions">
        {job.documents.failed > 0 && (
          <button type="button" class="button" aria-disabled={action.isBusy} onClick={() => retry(true)}>
            Retry failed documents
          </button>
        )}
        <button type="button" class="button" aria-disabled={action.isBusy} onClick={() => retry(false)}>
          Run again
        </button>
      </div>
    );
  }
  const unfinished = job.phases.filter(({ status }) => !isPhaseFinished(status));
  const isAllPaused = unfinished.every(({ status }) => status === 'PAUSED');
  const turnAll = (): void => void action.run((client) => (isAllPaused ? client.resumeJob(jobId) : client.pauseJob(jobId)));
  return (
    <div class="actions">
      <button type="button" class="button" aria-disabled={action.isBusy} onClick={turnAll}>
        {isAllPaused ? 'Resume all' : 'Pause all'}
      </button>
      <button type="button" class="button button-fault" onClick={() => setAsking(true)}>
        Cancel job…
      </button>
      {isAsking && (
        <ConfirmDialog
          title="Cancel this job?"
          confirm="Cancel the job"
          refuse="Let it run"
          onConfirm={() => void action.run((client) => client.cancelJob(jobId))}
          onClose={() => setAsking(false)}
        >
          What it has published stays. What it has embedded is not paid for again by a retry.
        </ConfirmDialog>
      )}
    </div>
  );
}
