/** The page of a route. */
import type { Route } from '../routing/route';
import { JobPage } from './job-page';
import { JobsPage } from './jobs-page';
import { NotFoundPage } from './not-found-page';

export function CurrentPage({ route }: { route: Route }) {
  switch (route.page) {
    case 'jobs':
      return <JobsPage status={route.status} collection={route.collection} />;
    case 'job':
      return <JobPage key={route.jobId} jobId={route.jobId} />;
    default:
      return <NotFoundPage />;
  }
}
