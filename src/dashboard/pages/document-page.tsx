/** The parsed text of a published document, with the passage that was looked for. */
import { useEffect, useRef } from 'preact/hooks';
import { Loading } from '../components/loading';
import { PageTitle } from '../components/page-title';
import { ProblemNotice } from '../components/problem-notice';
import { useQuestion } from '../connection/use-question';
import { Link } from '../routing/link';
import { count } from '../words/quantities';

interface DocumentPageProps {
  collection: string;
  uri: string;
  /** Locator; absent: whichever was published last. */
  source?: string;
  /** UTF-16 units in the text; absent: no passage. */
  start?: number;
  end?: number;
}

export function DocumentPage({ collection, uri, source, start = 0, end = start }: DocumentPageProps) {
  const { answer: document, error } = useQuestion((client) => client.getDocument(collection, uri, { source }), ['document', collection, uri, source]);
  const passage = useRef<HTMLElement>(null);
  useEffect(() => passage.current?.scrollIntoView({ block: 'center' }), [document, start]);
  return (
    <>
      <nav aria-label="Where you are" class="trail">
        <Link to={{ page: 'collections' }}>Collections</Link>
        <Link to={{ page: 'collection', name: collection }}>{collection}</Link>
      </nav>
      <PageTitle title={uri} class={document?.title ? undefined : 'identifier'}>
        {document?.title ?? uri}
      </PageTitle>
      {document === undefined && error === undefined && <Loading what="the document" />}
      <ProblemNotice title="The document can't be shown." error={error} />
      {document !== undefined && (
        <>
          <p class="section-note">
            <span class="path">{uri}</span> from <span class="path">{document.source}</span>, {count(document.text.length)} characters as they were parsed
          </p>
          <article class="document-text" aria-label="Text">
            {document.text.slice(0, start)}
            {end > start && <mark ref={passage}>{document.text.slice(start, end)}</mark>}
            {document.text.slice(end)}
          </article>
        </>
      )}
    </>
  );
}
