/** The documents of a job that failed, and the files that it does not read. */
import type { JobStatusResponse } from '../../domain/job-view';
import { counted } from '../words/quantities';
import { DocumentTable } from './document-table';

export function FailedDocuments({ job }: { job: JobStatusResponse }) {
  const { failed, ignored } = job.documents;
  return (
    <section aria-labelledby="failed">
      <h2 id="failed">Failed documents</h2>
      {failed === 0 ? (
        <p class="section-note">{job.finishedAt === null ? 'None so far.' : 'None.'}</p>
      ) : (
        <DocumentTable jobId={job.jobId} total={failed} which="failed" />
      )}
      {ignored > 0 && (
        <details class="more">
          <summary>{counted(ignored, 'file')} ignored: of types that Sluice does not read</summary>
          <DocumentTable jobId={job.jobId} total={ignored} which="ignored" />
        </details>
      )}
    </section>
  );
}
