/** Asks a collection, by words and by meaning. */
import { useEffect } from 'preact/hooks';
import { announce } from '../components/announcer';
import { Empty } from '../components/empty';
import { Loading } from '../components/loading';
import { PageTitle } from '../components/page-title';
import { Passage } from '../components/passage';
import { ProblemNotice } from '../components/problem-notice';
import { SearchForm } from '../components/search-form';
import { useQuestion } from '../connection/use-question';
import { Link } from '../routing/link';
import { navigate } from '../routing/navigate';
import { counted } from '../words/quantities';

const LIMIT = 10;

export function SearchPage({ collection: asked, query = '' }: { collection?: string; query?: string }) {
  const collections = useQuestion((client) => client.listCollections(), ['collections']);
  const names = collections.answer?.map(({ name }) => name) ?? [];
  const collection = asked ?? names[0];
  const { answer, error } = useQuestion(
    async (client) => (collection === undefined || query === '' ? undefined : client.search(collection, { query, limit: LIMIT })),
    ['search', collection, query],
  );
  useEffect(() => {
    if (answer !== undefined) announce(`${counted(answer.length, 'passage')} found`);
  }, [answer]);
  if (collections.answer?.length === 0) {
    return (
      <>
        <PageTitle title="Search" />
        <Empty title="Nothing to search yet.">
          <Link to={{ page: 'new-job' }}>Start a job</Link> or <Link to={{ page: 'upload' }}>upload documents</Link> first.
        </Empty>
      </>
    );
  }
  const isAsked = query !== '' && collection !== undefined;
  return (
    <>
      <PageTitle title={query === '' ? 'Search' : `${query} · Search`}>Search</PageTitle>
      <SearchForm query={query} onSearch={(text) => navigate({ page: 'search', collection, query: text })}>
        <label class="search-collection">
          <span class="visually-hidden">Collection</span>
          <select value={collection ?? ''} onChange={(event) => navigate({ page: 'search', collection: event.currentTarget.value, query }, 'replace')}>
            {[...new Set([...(asked === undefined ? [] : [asked]), ...names])].map((name) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
      </SearchForm>
      <ProblemNotice title="The search failed." error={error ?? (answer === undefined ? collections.error : undefined)} />
      {isAsked && answer === undefined && error === undefined && <Loading what="passages" />}
      {answer?.length === 0 && <Empty title="Nothing was found.">No passage of {collection} shares a word with the question or comes near its meaning.</Empty>}
      {isAsked && answer !== undefined && answer.length > 0 && (
        <ol class="passages" aria-label="Passages, the best first">
          {answer.map((result) => (
            <Passage key={`${result.source} ${result.documentUri} ${result.ordinal}`} collection={collection} query={query} result={result} />
          ))}
        </ol>
      )}
    </>
  );
}
