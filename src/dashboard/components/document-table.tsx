/** Documents of a job with what became of them and why, page by page. */
import { useState } from 'preact/hooks';
import { useQuestion } from '../connection/use-question';
import { count, counted } from '../words/quantities';
import { PHASE_WORDS } from '../words/status-words';
import { ProblemNotice } from './problem-notice';

const PAGE = 25;
const MAX_SHOWN = 1_000;

interface DocumentTableProps {
  jobId: string;
  which: 'failed' | 'ignored';
  /** As the job counts them. */
  total: number;
}

export function DocumentTable({ jobId, which, total }: DocumentTableProps) {
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
