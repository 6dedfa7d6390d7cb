/** A job in the list. */
import type { JobStatusResponse } from '../../domain/job-view';
import { sourceLabel } from '../../domain/source-label';
import { Link } from '../routing/link';
import { count, duration, moment, secondsBetween } from '../words/quantities';
import { JOB_STATUS_WORDS, PHASE_WORDS } from '../words/status-words';
import { ChannelGlyph } from './channel-glyph';
import { Status } from './status';

export function JobRow({ job, nowMs }: { job: JobStatusResponse; nowMs: number }) {
  const { documents } = job;
  const paused = job.phases.filter(({ status }) => status === 'PAUSED').map(({ phase }) => PHASE_WORDS[phase]);
  return (
    <tr>
      <th scope="row">
        <Link to={{ page: 'job', jobId: job.jobId }} class="row-link">
          {job.jobId}
        </Link>
        <span class="row-detail">
          <span class="path">{sourceLabel(job.source)}</span> into {job.collection}
        </span>
      </th>
      <td>
        <Status words={JOB_STATUS_WORDS[job.status]} />
        {job.error !== null && <span class="row-detail">{job.error.code}</span>}
        {paused.length > 0 && <span class="row-detail tone-gate">{paused.join(', ')} paused</span>}
      </td>
      <td class="glyph-cell">
        <ChannelGlyph phases={job.phases} />
      </td>
      <td class="number" data-label="Progress">
        {job.progress} %
      </td>
      <td class="number" data-label="Documents">
        {count(documents.total)}
        {documents.failed > 0 && <span class="row-detail tone-fault">{count(documents.failed)} failed</span>}
      </td>
      <td class="number" data-label="Started">
        {moment(job.createdAt)}
      </td>
      <td class="number" data-label="Took">
        {job.startedAt === null ? '–' : duration(Math.max(0, secondsBetween(job.startedAt, job.finishedAt ?? nowMs)))}
      </td>
    </tr>
  );
}
