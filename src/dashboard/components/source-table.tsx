/** The sources of a collection. */
import type { SourceView } from '../../client';
import { count } from '../words/quantities';
import { ProblemNotice } from './problem-notice';

export function SourceTable({ sources, error }: { sources: readonly SourceView[] | undefined; error: unknown }) {
  if (sources === undefined) return <ProblemNotice title="The sources can't be listed." error={error} />;
  if (sources.length === 0) return <p class="section-note">None: nothing was published yet.</p>;
  return (
    <table class="list documents">
      <caption class="visually-hidden">Sources of the collection</caption>
      <thead>
        <tr>
          <th scope="col">Source</th>
          <th scope="col">Kind</th>
          <th scope="col" class="number">
            Documents
          </th>
          <th scope="col" class="number">
            Chunks
          </th>
        </tr>
      </thead>
      <tbody>
        {sources.map(({ locator, kind, documents, chunks }) => (
          <tr key={locator}>
            <th scope="row" class="path">
              {locator.slice(kind.length + 1)}
            </th>
            <td data-label="Kind">{kind}</td>
            <td class="number" data-label="Documents">
              {count(documents)}
            </td>
            <td class="number" data-label="Chunks">
              {count(chunks)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
