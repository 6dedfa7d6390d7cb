/** One job: what it is, how far it is, what went wrong, and the gates. */
import { useEffect } from 'preact/hooks';
import { isJobFinished } from '../../domain/job-status';
import type { JobStatusResponse } from '../../domain/job-view';
import { announce } from '../components/announcer';
import { FailedDocuments } from '../components/failed-documents';
import { JobActions } from '../components/job-actions';
import { JobFacts } from '../components/job-facts';
import { JobOutcome } from '../components/job-outcome';
import { Loading } from '../components/loading';
import { Notice } from '../components/notice';
import { ProblemNotice } from '../components/problem-notice';
import { PageTitle } from '../components/page-title';
import { PhaseColumn } from '../components/phase-column';
import { Status } from '../components/status';
import { ThroughputChart } from '../components/throughput-chart';
import { Timeline } from '../components/timeline';
import { useNow } from '../components/use-now';
import { useAction } from '../connection/use-action';
import { useJob } from '../connection/use-job';
import { Link } from '../routing/link';
import { JOB_STATUS_WORDS, PHASE_STATUS_WORDS, PHASE_WORDS } from '../words/status-words';

export function JobPage({ jobId }: { jobId: string }) {
  const { job, error, throughput, seen } = useJob(jobId);
  const action = useAction();
  const nowMs = useNow(job !== undefined && !isJobFinished(job.status));
  useAnnouncedStatus(job);
  return (
    <>
      <nav aria-label="Where you are" class="trail">
        <Link to={{ page: 'jobs' }}>Jobs</Link>
        {job !== undefined && <Link to={{ page: 'jobs', collection: job.collection }}>{job.collection}</Link>}
      </nav>
      <header class="page-head">
        <div class="job-name">
          <PageTitle title={jobId} class="identifier" />
          {job !== undefined && <Status words={JOB_STATUS_WORDS[job.status]} />}
        </div>
        {job !== undefined && <JobActions job={job} action={action} />}
      </header>
      {job === undefined && error === undefined && <Loading what="the job" />}
      {job === undefined && <ProblemNotice title="The job can't be shown." error={error} />}
      <ProblemNotice title="That was not done." error={action.error} />
      {action.isPending && <Notice tone="gate" title="Asked for, not yet done: it is applied when a worker is back." />}
      {job !== undefined && (
        <>
          <JobOutcome job={job} />
          <JobFacts job={job} nowMs={nowMs} />
          <section aria-labelledby="phases">
            <h2 id="phases" class="visually-hidden">
              Phases
            </h2>
            <ol class="channel">
              {job.phases.map((view) => (
                <PhaseColumn key={view.phase} job={job} view={view} action={action} throughput={throughput} nowMs={nowMs} />
              ))}
            </ol>
          </section>
          <ThroughputChart job={job} throughput={throughput} nowMs={nowMs} />
          <FailedDocuments job={job} />
          <Timeline job={job} seen={seen} />
        </>
      )}
    </>
  );
}

/** Says each change of a status, but not what was already so when the page was opened. */
function useAnnouncedStatus(job: JobStatusResponse | undefined): void {
  const statuses = job && [`Job ${JOB_STATUS_WORDS[job.status].word}`, ...job.phases.map(({ phase, status }) => `${PHASE_WORDS[phase]} ${PHASE_STATUS_WORDS[status].word}`)];
  const told = statuses?.join('. ');
  useEffect(() => {
    if (told !== undefined) announce(told);
  }, [told]);
}
