/** The documents of a job that failed, and the files that it does not read, page by page. */
import { useState } from 'preact/hooks';
import type { JobStatusResponse } from '../../domain/job-view';
import { useQuestion } from '../connection/use-question';
import { count, counted } from '../words/quantities';
import { PHASE_WORDS } from '../words/status-words';
import { ProblemNotice } from './notice';

const PAGE = 25;
const MAX_SHOWN = 1_000;

export function FailedDocuments({ job }: { job: JobStatusResponse }) {
  const { failed, ignored } = job.documents;
  return (
    <section aria-labelledby="failed">
      <h2 id="failed">Failed documents</h2>
      {failed === 0 ? (
        <p class="section-note">{job.finishedAt === null ? 'None so far.' : 'None.'}</p>
      ) : (
        <DocumentTable key="failed" job={job} total={failed} which="failed" />
      )}
      {ignored > 0 && (
        <details class="more">
          <summary>{counted(ignored, 'file')} ignored: of types that Sluice does not read</summary>
          <DocumentTable key="ignored" job={job} total={ignored} which="ignored" />
        </details>
      )}
    </section>
  );
}

function DocumentTable({ job: { jobId }, total, which }: { job: JobStatusResponse; total: number; which: 'failed' | 'ignored' }) {
  const [limit, setLimit] = useState(PAGE);
  // Asked again whenever the job counts another one.
  const { answer, error } = useQuestion(
    (client) => (which === 'failed' ? client.listJobDocuments(jobId, { outcome: 'FAILED', limit }) : client.listIgnoredFiles(jobId, { limit })),
    [jobId, which, limit, total],
  );
  const [shown, setShown] = useState(answer);
  if (answer !== undefined && answer !== shown) setShown(answer);
  const page = answer ?? shown;
  if (page === undefined) return <ProblemNotice title="The documents can't be listed." error={error} />;
  return (
    <>
      <table class="list documents">
        <caption class="visually-hidden">{which === 'failed' ? 'Documents that failed' : 'Files that were ignored'}</caption>
        <thead>
          <tr>
            <th scope="col">Document</th>
            {which === 'failed' && <th scope="col">Phase</th>}
            <th scope="col">Reason</th>
            {which === 'failed' && (
              <th scope="col" class="number">
                Attempts
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {page.documents.map(({ uri, phase, code, message, attempts }) => (
            <tr key={uri}>
              <th scope="row" class="path">
                {uri}
              </th>
              {which === 'failed' && <td data-label="Phase">{phase === null ? '–' : PHASE_WORDS[phase]}</td>}
              <td>
                {message} {code !== null && <code>{code}</code>}
              </td>
              {which === 'failed' && (
                <td class="number" data-label="Attempts">
                  {count(attempts)}
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
      {page.nextCursor !== null && (
        <p class="section-note">
          {counted(page.documents.length, 'document')} of {count(total)}.{' '}
          {limit < MAX_SHOWN ? (
            <button type="button" class="button" onClick={() => setLimit(Math.min(MAX_SHOWN, limit * 2))}>
              Show more
            </button>
          ) : (
            <>
              The rest: <code>sluice failures {jobId}</code>
            </>
          )}
        </p>
      )}
    </>
  );
}
