/** The collections, each with what is in it. */
import { Empty } from '../components/empty';
import { Loading } from '../components/loading';
import { PageTitle } from '../components/page-title';
import { ProblemNotice } from '../components/problem-notice';
import { useQuestion } from '../connection/use-question';
import { Link } from '../routing/link';
import { count } from '../words/quantities';

const EVERY_MS = 2_000;

export function CollectionsPage() {
  const { answer, error } = useQuestion((client) => client.listCollections(), ['collections'], EVERY_MS);
  return (
    <>
      <header class="page-head">
        <PageTitle title="Collections" />
      </header>
      {answer === undefined && <ProblemNotice title="The collections can't be listed." error={error} />}
      {answer === undefined && error === undefined && <Loading what="the collections" />}
      {answer?.length === 0 && (
        <Empty title="No collection yet.">
          The first job into a collection makes it. <Link to={{ page: 'new-job' }}>Start a job</Link> or <Link to={{ page: 'upload' }}>upload documents</Link>.
        </Empty>
      )}
      {answer !== undefined && answer.length > 0 && (
        <table class="list">
          <caption class="visually-hidden">Collections, by name</caption>
          <thead>
            <tr>
              <th scope="col">Collection</th>
              <th scope="col">Embedding model</th>
              <th scope="col" class="number">
                Dimensions
              </th>
              <th scope="col" class="number">
                Documents
              </th>
              <th scope="col" class="number">
                Chunks
              </th>
            </tr>
          </thead>
          <tbody>
            {answer.map(({ name, model, dimensions, documents, chunks }) => (
              <tr key={name}>
                <th scope="row">
                  <Link to={{ page: 'collection', name }} class="row-link">
                    {name}
                  </Link>
                </th>
                <td data-label="Model">
                  <code>{model}</code>
                </td>
                <td class="number" data-label="Dimensions">
                  {count(dimensions)}
                </td>
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
      )}
    </>
  );
}
