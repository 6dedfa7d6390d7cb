/** All jobs, the latest first, as they are now. */
import { useState } from 'preact/hooks';
import { JOB_STATUSES, type JobStatus } from '../../domain/job-status';
import { Empty } from '../components/empty';
import { JobRow } from '../components/job-row';
import { Loading } from '../components/loading';
import { ProblemNotice } from '../components/problem-notice';
import { PageTitle } from '../components/page-title';
import { useNow } from '../components/use-now';
import { useQuestion } from '../connection/use-question';
import { Link } from '../routing/link';
import { navigate } from '../routing/navigate';
import { JOB_STATUS_WORDS } from '../words/status-words';

const EVERY_MS = 700;
const PAGE = 50;
const MAX_SHOWN = 1_000;

interface JobsPageProps {
  status?: JobStatus;
  collection?: string;
}

export function JobsPage({ status, collection }: JobsPageProps) {
  const [limit, setLimit] = useState(PAGE);
  const { answer, error } = useQuestion((client) => client.listJobs({ status, collection, limit }), ['jobs', status, collection, limit], EVERY_MS);
  const collections = useQuestion((client) => client.listCollections(), ['collections']).answer ?? [];
  const nowMs = useNow(answer?.jobs.some(({ finishedAt }) => finishedAt === null) ?? false);
  const isFiltered = status !== undefined || collection !== undefined;
  const names = new Set([...collections.map(({ name }) => name), ...(collection === undefined ? [] : [collection])]);
  return (
    <>
      <header class="page-head">
        <PageTitle title="Jobs" />
        <form class="filters" aria-label="Filter" onSubmit={(event) => event.preventDefault()}>
          <label class="inline-field">
            Status
            <select value={status ?? ''} onChange={(event) => navigate({ page: 'jobs', collection, status: (event.currentTarget.value || undefined) as JobStatus | undefined }, 'replace')}>
              <option value="">Any</option>
              {JOB_STATUSES.map((name) => (
                <option key={name} value={name}>
                  {JOB_STATUS_WORDS[name].word}
                </option>
              ))}
            </select>
          </label>
          <label class="inline-field">
            Collection
            <select value={collection ?? ''} onChange={(event) => navigate({ page: 'jobs', status, collection: event.currentTarget.value || undefined }, 'replace')}>
              <option value="">All</option>
              {[...names].map((name) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </select>
          </label>
        </form>
      </header>
      {answer === undefined && <ProblemNotice title="The jobs can't be listed." error={error} />}
      {answer === undefined && error === undefined && <Loading what="the jobs" />}
      {answer?.jobs.length === 0 && isFiltered && (
        <Empty title="No job matches.">
          <Link to={{ page: 'jobs' }}>Show all jobs</Link>
        </Empty>
      )}
      {answer?.jobs.length === 0 && !isFiltered && (
        <Empty title="No water in the channel yet.">
          A job takes the documents of a folder through four phases into a searchable collection. <Link to={{ page: 'new-job' }}>Start a job</Link> or{' '}
          <Link to={{ page: 'upload' }}>upload documents</Link>.
        </Empty>
      )}
      {answer !== undefined && answer.jobs.length > 0 && (
        <table class="list jobs">
          <caption class="visually-hidden">Jobs, the latest first</caption>
          <thead>
            <tr>
              <th scope="col">Job</th>
              <th scope="col">Status</th>
              <th scope="col">Phases</th>
              <th scope="col" class="number">
                Progress
              </th>
              <th scope="col" class="number">
                Documents
              </th>
              <th scope="col" class="number">
                Started
              </th>
              <th scope="col" class="number">
                Took
              </th>
            </tr>
          </thead>
          <tbody>
            {answer.jobs.map((job) => (
              <JobRow key={job.jobId} job={job} nowMs={nowMs} />
            ))}
          </tbody>
        </table>
      )}
      {answer?.nextCursor != null && limit < MAX_SHOWN && (
        <button class="button" type="button" onClick={() => setLimit(Math.min(MAX_SHOWN, limit * 2))}>
          Show more
        </button>
      )}
    </>
  );
}
