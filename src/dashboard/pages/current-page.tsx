/** The page of a route. */
import type { Route } from '../routing/route';
import { CollectionPage } from './collection-page';
import { CollectionsPage } from './collections-page';
import { DocumentPage } from './document-page';
import { JobPage } from './job-page';
import { JobsPage } from './jobs-page';
import { NewJobPage } from './new-job-page';
import { NotFoundPage } from './not-found-page';
import { SearchPage } from './search-page';
import { UploadPage } from './upload-page';

export function CurrentPage({ route }: { route: Route }) {
  switch (route.page) {
    case 'jobs':
      return <JobsPage status={route.status} collection={route.collection} />;
    case 'job':
      return <JobPage key={route.jobId} jobId={route.jobId} />;
    case 'new-job':
      return <NewJobPage collection={route.collection} />;
    case 'upload':
      return <UploadPage collection={route.collection} />;
    case 'collections':
      return <CollectionsPage />;
    case 'collection':
      return <CollectionPage key={route.name} name={route.name} />;
    case 'document':
      return <DocumentPage {...route} />;
    case 'search':
      return <SearchPage collection={route.collection} query={route.query} />;
    case 'not-found':
      return <NotFoundPage />;
  }
}
