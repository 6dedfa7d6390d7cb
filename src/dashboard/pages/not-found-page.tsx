import { Empty } from '../components/empty';
import { PageTitle } from '../components/page-title';
import { Link } from '../routing/link';

export function NotFoundPage() {
  return (
    <>
      <PageTitle title="Not found" />
      <Empty title="There is nothing at this address.">
        <Link to={{ page: 'jobs' }}>To the jobs</Link>
      </Empty>
    </>
  );
}
