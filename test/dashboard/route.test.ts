import { addressOf, routeOf, type Route } from '../../src/dashboard/routing/route';

const ROUTES: Route[] = [
  { page: 'jobs' },
  { page: 'jobs', status: 'RUNNING', collection: 'books' },
  { page: 'job', jobId: 'ingest:2026.11_a-b' },
  { page: 'new-job', collection: 'books' },
  { page: 'upload' },
  { page: 'collections' },
  { page: 'collection', name: 'books' },
  { page: 'document', collection: 'books', uri: 'a folder/ü & ?.md#3', start: 0, end: 12 },
  { page: 'document', collection: 'books', uri: 'a.md', source: 'folder:/data/a & b' },
  { page: 'search', collection: 'books', query: 'what & why?' },
];

test.each(ROUTES)('the address of $page leads back to it', (route) => {
  expect(withoutUndefined(routeOf(addressOf(route)))).toEqual(route);
});

test.each(['/jobs', '/jobs/a/b', '/collections/a/b', '/collections/a/document', '/search/a', '/else', '/jobs/%E0%A4%A/x'])('%s is the address of no page', (address) => {
  expect(routeOf(address)).toEqual({ page: 'not-found' });
});

test('what an address says that cannot be is left out', () => {
  expect(withoutUndefined(routeOf('/?status=DONE&collection='))).toEqual({ page: 'jobs' });
  expect(withoutUndefined(routeOf('/collections/a/document?uri=b&start=-1&end=x'))).toEqual({ page: 'document', collection: 'a', uri: 'b' });
});

function withoutUndefined(route: Route): unknown {
  return JSON.parse(JSON.stringify(route));
}
