/** The pages and their addresses. The server answers each of them with the dashboard: src/api/dashboard.ts. */
import { JOB_STATUSES, type JobStatus } from '../../domain/job-status';

export type Route =
  | { page: 'jobs'; status?: JobStatus; collection?: string }
  | { page: 'job'; jobId: string }
  | { page: 'new-job'; collection?: string }
  | { page: 'upload'; collection?: string }
  | { page: 'collections' }
  | { page: 'collection'; name: string }
  | { page: 'document'; collection: string; uri: string; source?: string; start?: number; end?: number }
  | { page: 'search'; collection?: string; query?: string }
  | { page: 'not-found' };

export function addressOf(route: Route): string {
  switch (route.page) {
    case 'jobs':
      return withQuery('/', { status: route.status, collection: route.collection });
    case 'job':
      return `/jobs/${encodeURIComponent(route.jobId)}`;
    case 'new-job':
    case 'upload':
      return withQuery(`/${route.page}`, { collection: route.collection });
    case 'collections':
      return '/collections';
    case 'collection':
      return `/collections/${encodeURIComponent(route.name)}`;
    case 'document':
      return withQuery(`/collections/${encodeURIComponent(route.collection)}/document`, { uri: route.uri, source: route.source, start: route.start, end: route.end });
    case 'search':
      return withQuery('/search', { collection: route.collection, query: route.query });
    case 'not-found':
      return '/';
  }
}

/** @param address path and query */
export function routeOf(address: string): Route {
  const { pathname, searchParams } = new URL(address, 'http://dashboard');
  const parts = pathname.split('/').filter(Boolean).map(decoded);
  const query = (name: string): string | undefined => searchParams.get(name) || undefined;
  const [first, second, third] = parts;
  if (first === undefined) return { page: 'jobs', status: JOB_STATUSES.find((status) => status === query('status')), collection: query('collection') };
  if (first === 'jobs' && second !== undefined && parts.length === 2) return { page: 'job', jobId: second };
  if ((first === 'new-job' || first === 'upload') && parts.length === 1) return { page: first, collection: query('collection') };
  if (first === 'search' && parts.length === 1) return { page: 'search', collection: query('collection'), query: query('query') };
  if (first !== 'collections') return { page: 'not-found' };
  if (second === undefined) return { page: 'collections' };
  if (parts.length === 2) return { page: 'collection', name: second };
  const uri = query('uri');
  if (third !== 'document' || parts.length !== 3 || uri === undefined) return { page: 'not-found' };
  return { page: 'document', collection: second, uri, source: query('source'), start: offset(query('start')), end: offset(query('end')) };
}

function withQuery(path: string, values: Record<string, string | number | undefined>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(values)) if (value !== undefined && value !== '') query.set(name, String(value));
  return query.size === 0 ? path : `${path}?${query}`;
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function offset(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
