import { Link } from '../routing/link';
import type { Route } from '../routing/route';
import { Mark } from './mark';
import { ThemeSwitch } from './theme-switch';

export function SiteHeader({ route }: { route: Route }) {
  const isIn = (...pages: Route['page'][]): boolean => pages.includes(route.page);
  return (
    <header class="site-header">
      <Link to={{ page: 'jobs' }} class="brand">
        <svg viewBox="0 0 32 24" aria-hidden="true">
          <path class="brand-water" d="M1 9h14v12H1zM17 16h14v5H17z" />
          <path class="brand-gate" d="M13.5 1h5v12h-5z" />
          <path class="brand-bed" d="M0 22.5h32" />
        </svg>
        Sluice
      </Link>
      <nav aria-label="Main">
        <Link to={{ page: 'jobs' }} isCurrent={isIn('jobs', 'job')}>
          Jobs
        </Link>
        <Link to={{ page: 'collections' }} isCurrent={isIn('collections', 'collection', 'document')}>
          Collections
        </Link>
        <Link to={{ page: 'search' }} isCurrent={isIn('search')}>
          Search
        </Link>
        <Link to={{ page: 'upload' }} isCurrent={isIn('upload')}>
          Upload
        </Link>
        <Link to={{ page: 'new-job' }} isCurrent={isIn('new-job')} class="nav-action">
          <Mark name="plus" />
          <span>
            New<span class="wide-only"> job</span>
          </span>
        </Link>
      </nav>
      <ThemeSwitch />
    </header>
  );
}
