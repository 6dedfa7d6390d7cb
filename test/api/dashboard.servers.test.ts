import { createDeployment, type Deployment } from '../e2e/deployment';
import { createTestFolder } from '../harness/test-folder';
import { startApiProcess, type ApiProcess } from './api-process';

const KEYS = 'reader:read:0123456789abcdef';

let deployment: Deployment;
let api: ApiProcess;

beforeAll(async () => {
  deployment = await createDeployment();
  api = await startApiProcess({ ...deployment.env, SLUICE_API_KEYS: KEYS }, createTestFolder());
});

afterAll(() => deployment.close());

test('each page of the dashboard is served without a key, and may load from this server alone', async () => {
  for (const address of ['/', '/?status=RUNNING', '/jobs/some-job', '/new-job', '/upload', '/collections', '/collections/c', '/collections/c/document?uri=a', '/search?query=a']) {
    const { status, headers, body } = await api.call('GET', address);
    expect({ address, status, type: headers.get('content-type') }).toEqual({ address, status: 200, type: 'text/html; charset=utf-8' });
    expect(body).toContain('<div id="app">');
    const policy = headers.get('content-security-policy')!;
    expect(policy).toContain("default-src 'none'; script-src 'self'");
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
  }
});

test('the files of a page are kept by browsers for good, the page itself is asked for again', async () => {
  const page = await api.call('GET', '/');
  expect(page.headers.get('cache-control')).toBe('no-cache');
  const again = await api.call('GET', '/', { headers: { 'if-none-match': page.headers.get('etag')! } });
  expect(again).toMatchObject({ status: 304, body: '' });
  const files = [...(page.body as string).matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, address]) => address!);
  expect(files.length).toBeGreaterThanOrEqual(3);
  for (const address of files) {
    const { status, headers } = await api.call('GET', address);
    expect({ address, status, caching: headers.get('cache-control') }).toEqual({ address, status: 200, caching: 'public, max-age=31536000, immutable' });
    expect(headers.get('content-encoding')).toBe('gzip');
  }
});

test('nothing else is served without a key', async () => {
  for (const address of ['/v1/jobs', '/openapi.json', '/docs', '/jobs', '/jobs/a/b', '/assets/other.js', '/assets/../package.json', '/%2e%2e/package.json']) {
    const { status, headers } = await api.call('GET', address);
    expect({ address, status, policy: headers.get('content-security-policy') }).toEqual({
      address,
      status: 401,
      policy: "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    });
  }
});
