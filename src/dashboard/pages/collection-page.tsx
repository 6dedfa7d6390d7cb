/** One collection: what is in it and where that came from. */
import { Loading } from '../components/loading';
import { PageTitle } from '../components/page-title';
import { ProblemNotice } from '../components/problem-notice';
import { SearchForm } from '../components/search-form';
import { SourceTable } from '../components/source-table';
import { useQuestion } from '../connection/use-question';
import { Link } from '../routing/link';
import { navigate } from '../routing/navigate';
import { count } from '../words/quantities';

const EVERY_MS = 2_000;

export function CollectionPage({ name }: { name: string }) {
  const { answer: collection, error } = useQuestion((client) => client.getCollection(name), ['collection', name], EVERY_MS);
  const sources = useQuestion((client) => client.listSources(name), ['sources', name], EVERY_MS);
  return (
    <>
      <nav aria-label="Where you are" class="trail">
        <Link to={{ page: 'collections' }}>Collections</Link>
      </nav>
      <header class="page-head">
        <PageTitle title={name} />
        <div class="actions">
          <Link to={{ page: 'jobs', collection: name }}>Its jobs</Link>
          <Link to={{ page: 'new-job', collection: name }}>New job</Link>
          <Link to={{ page: 'upload', collection: name }}>Upload</Link>
        </div>
      </header>
      {collection === undefined && <ProblemNotice title="The collection can't be shown." error={error} />}
      {collection === undefined && error === undefined && <Loading what="the collection" />}
      {collection !== undefined && (
        <>
          <SearchForm query="" onSearch={(query) => navigate({ page: 'search', collection: name, query })} />
          <dl class="figures">
            <div>
              <dt>Documents</dt>
              <dd>{count(collection.documents)}</dd>
            </div>
            <div>
              <dt>Chunks</dt>
              <dd>{count(collection.chunks)}</dd>
            </div>
            <div>
              <dt>Dimensions</dt>
              <dd>{count(collection.dimensions)}</dd>
            </div>
            <div>
              <dt>Embedding model</dt>
              <dd class="identifier">{collection.model}</dd>
            </div>
          </dl>
          <section aria-labelledby="sources">
            <h2 id="sources">Sources</h2>
            <SourceTable sources={sources.answer} error={sources.error} />
          </section>
        </>
      )}
    </>
  );
}
