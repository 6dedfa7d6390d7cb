/** What a job is and what it has done, in figures. */
import type { JobStatusResponse } from '../../domain/job-view';
import { sourceLabel } from '../../domain/source-label';
import { Link } from '../routing/link';
import { count, duration, moment, secondsBetween } from '../words/quantities';

export function JobFacts({ job, nowMs }: { job: JobStatusResponse; nowMs: number }) {
  const { documents } = job;
  const figures = [
    ['Progress', `${job.progress} %`],
    ['Documents', `${count(documents.total)}${documents.totalIsFinal || job.finishedAt !== null ? '' : ' so far'}`],
    ['Published', count(documents.succeeded)],
    ['Failed', count(documents.failed)],
    ['Unchanged', count(documents.skipped)],
    ['Removed', count(documents.removed)],
    ['Ignored', count(documents.ignored)],
    ['Chunks', count(job.chunks)],
  ];
  return (
    <section aria-label="Figures">
      <p class="job-origin">
        <span class="path">{sourceLabel(job.source)}</span> into <Link to={{ page: 'collection', name: job.collection }}>{job.collection}</Link>
        {job.startedAt !== null && (
          <>
            , {job.finishedAt === null ? 'running for' : 'took'} {duration(Math.max(0, secondsBetween(job.startedAt, job.finishedAt ?? nowMs)))}
          </>
        )}
        , accepted {moment(job.createdAt)}
        {job.retryOf !== null && (
          <>
            , a retry of <Link to={{ page: 'job', jobId: job.retryOf }}>{job.retryOf}</Link>
          </>
        )}
        .{job.status === 'PENDING' && ' No worker has begun it yet.'}
        {job.readFrom === 'mirror' && job.finishedAt === null && job.status !== 'PENDING' && ` No worker answers: this is what the database knows, as of ${moment(job.asOf)}.`}
      </p>
      <dl class="figures">
        {figures.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
