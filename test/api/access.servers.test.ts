import { randomBytes } from 'node:crypto';
import { mkdirSync, symlinkSync } from 'node:fs';
import { request } from 'node:http';
import path from 'node:path';
import { neededScope } from '../../src/api/access/authenticate';
import { SCOPES, type Scope } from '../../src/api/access/api-keys';
import { createDeployment, type Deployment } from '../e2e/deployment';
import { expectEventually } from '../harness/expect-eventually';
import { startCli } from '../harness/start-process';
import { createTestFolder } from '../harness/test-folder';
import { startApiProcess, type ApiProcess, type CallOptions } from './api-process';

const KEYS: Record<Scope, string> = { read: newKey(), control: newKey(), admin: newKey() };
const APP = 'http://app.example';
/** Answered without a key. */
const HEALTH = ['/healthz', '/readyz'];

let deployment: Deployment;
let folder: string;
/** Without keys, and with. */
let open: ApiProcess;
let keyed: ApiProcess;

beforeAll(async () => {
  folder = createTestFolder();
  deployment = await createDeployment();
  open = await startApiProcess(deployment.env, folder);
  const keys = SCOPES.map((scope) => `${scope}:${scope}:${KEYS[scope]}`).join(',');
  keyed = await startApiProcess({ ...deployment.env, SLUICE_API_KEYS: keys }, folder, ['--cors-origins', APP]);
});

afterAll(() => deployment.close());

function newKey(): string {
  return randomBytes(24).toString('hex');
}

const withKey = (key: string): CallOptions => ({ headers: { authorization: `Bearer ${key}` } });

/** Every operation there is, each as a request about what is not there. */
async function operations(): Promise<{ method: string; address: string }[]> {
  const { body } = await keyed.call('GET', '/openapi.json', withKey(KEYS.read));
  const paths = Object.entries(body.paths as Record<string, object>);
  const described = paths.flatMap(([address, methods]) =>
    Object.keys(methods).map((method) => ({ method: method.toUpperCase(), address: address.replace(/\{\w+\}/g, 'none') })),
  );
  return [...described, { method: 'GET', address: '/openapi.json' }, { method: 'GET', address: '/docs' }, { method: 'GET', address: '/not/there' }];
}

test('without a key, or with a wrong one, everything but health is 401', async () => {
  const all = await operations();
  expect(all.length).toBeGreaterThan(20);
  for (const { method, address } of all) {
    for (const options of [{}, withKey(newKey()), { headers: { authorization: `Basic ${KEYS.admin}` } }, withKey(KEYS.admin.slice(1))]) {
      const { status, body, headers } = await keyed.call(method, address, options);
      if (HEALTH.includes(address)) expect({ method, address, status }).toEqual({ method, address, status: 200 });
      else {
        expect({ method, address, status, code: body.code }).toEqual({ method, address, status: 401, code: 'UNAUTHENTICATED' });
        expect(headers.get('www-authenticate')).toBe('Bearer');
      }
    }
  }
});

test('a key of a lower scope is 403, one of the scope or a higher one is let in', async () => {
  for (const { method, address } of await operations()) {
    if (HEALTH.includes(address)) continue;
    const needed = SCOPES.indexOf(neededScope(method, address));
    for (const [rank, scope] of SCOPES.entries()) {
      const { status, body } = await keyed.call(method, address, withKey(KEYS[scope]));
      if (rank < needed) expect({ method, address, scope, status, code: body.code }).toEqual({ method, address, scope, status: 403, code: 'FORBIDDEN' });
      else expect({ method, address, scope, isLetIn: status !== 401 && status !== 403 }).toEqual({ method, address, scope, isLetIn: true });
    }
  }
});

/** As a browser or a rebound name would send it: fetch lets nobody set Host. */
function raw(api: ApiProcess, method: string, address: string, headers: Record<string, string>, body?: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(`${api.url}${address}`, { method, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

test.each([
  ['a name that was rebound', { host: 'evil.example' }],
  ['a name that only begins like loopback', { host: 'localhost.evil.example' }],
  ['an address that only begins like loopback', { host: '127.0.0.1.evil.example:80' }],
  ['a page of another site', { origin: 'http://evil.example' }],
  ['a page of another port', { origin: 'http://127.0.0.1:1' }],
  ['a page of no origin', { origin: 'null' }],
  ['a page that is loopback by its name only', { origin: 'https://localhost' }],
])('without keys %s can neither read nor start anything', async (_who, headers) => {
  for (const { method, address } of await operations()) {
    expect({ method, address, status: await raw(open, method, address, headers) }).toEqual({ method, address, status: 403 });
  }
  expect(await raw(open, 'OPTIONS', '/v1/jobs', { ...headers, 'access-control-request-method': 'POST' })).toBe(403);
});

test('without keys who is on this machine is served, and a page of the same origin', async () => {
  const { port, host } = new URL(open.url);
  for (const name of [host, `localhost:${port}`, `LOCALHOST:${port}`, `[::1]:${port}`, '127.1.2.3']) expect(await raw(open, 'GET', '/v1/jobs', { host: name })).toBe(200);
  expect(await raw(open, 'GET', '/v1/jobs', { origin: open.url })).toBe(200);
});

test.each(['text/plain', 'application/x-www-form-urlencoded', 'application/json+evil', 'text/plain; application/json'])(
  'a form of a page, sent as %s, starts and steers nothing',
  async (type) => {
    const body = JSON.stringify({ collection: 'forged', source: { kind: 'folder', path: '.' } });
    for (const address of ['/v1/jobs', '/v1/jobs/none/pause', '/v1/jobs/none/cancel', '/v1/jobs/none/retry', '/v1/collections', '/v1/collections/none/search', '/v1/collections/none/documents']) {
      expect({ address, status: await raw(open, 'POST', address, { 'content-type': type }, body) }).toEqual({ address, status: 415 });
    }
    expect((await open.call('GET', '/v1/jobs?collection=forged')).body.jobs).toEqual([]);
  },
);

test('a page of an origin that is named may use the API with a key, no other', async () => {
  const preflight = (origin: string) => fetch(`${keyed.url}/v1/jobs`, { method: 'OPTIONS', headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'authorization' } });
  const allowed = await preflight(APP);
  expect(allowed.headers.get('access-control-allow-origin')).toBe(APP);
  expect(allowed.headers.get('access-control-allow-headers')).toMatch(/authorization/i);
  expect((await preflight('http://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
  const { status, headers } = await keyed.call('GET', '/v1/jobs', { headers: { ...withKey(KEYS.read).headers, origin: APP } });
  expect({ status, origin: headers.get('access-control-allow-origin'), credentials: headers.get('access-control-allow-credentials') }).toEqual({ status: 200, origin: APP, credentials: null });
  // Off, unless it is asked for.
  expect((await open.call('GET', '/v1/jobs', { headers: { origin: open.url } })).headers.get('access-control-allow-origin')).toBeNull();
});

test.each([
  ['listening to others without keys', ['--host', '0.0.0.0'], {}, 'SLUICE_API_KEYS'],
  ['pages of other origins without keys', ['--cors-origins', APP], {}, 'SLUICE_API_KEYS'],
  ['a key that can be guessed', [], { SLUICE_API_KEYS: 'a:read:secret' }, '16 characters'],
  ['an unknown scope', [], { SLUICE_API_KEYS: `a:write:${KEYS.read}` }, 'unknown scope'],
])('serve refuses %s', async (_what, args, env, why) => {
  const serve = startCli(['serve', '--port', '0', ...args], { env: { ...deployment.env, ...env }, cwd: folder });
  expect(await serve.exit).toMatchObject({ code: 2 });
  expect(serve.stderr).toContain(why);
  expect(serve.stderr).not.toContain(KEYS.read);
});

test('no way of writing a path leads out of the roots', async () => {
  const outside = createTestFolder();
  mkdirSync(path.join(folder, 'inside'));
  symlinkSync(outside, path.join(folder, 'link'));
  for (const escape of ['link', 'link/deeper', 'inside/../..', '/', '/etc', `${folder}/../`, `${folder}-beside`, 'inside/../link', '//etc', './link/.']) {
    const answer = await open.call('POST', '/v1/jobs', { body: { collection: 'escaped', source: { kind: 'folder', path: escape } } });
    expect({ escape, ...answer }).toMatchObject({ escape, status: 403, body: { code: 'FORBIDDEN' } });
  }
  expect((await open.call('GET', '/v1/jobs?collection=escaped')).body.jobs).toEqual([]);
});

test('a body and headers beyond their limits are refused, and the next request is served', async () => {
  const padding = 'x'.repeat(1024 * 1024);
  expect(await open.call('POST', '/v1/jobs', { body: { collection: padding } })).toMatchObject({ status: 413, body: { code: 'PAYLOAD_TOO_LARGE' } });
  expect(await open.call('GET', '/v1/jobs', { headers: { 'x-long': 'x'.repeat(70_000) } })).toMatchObject({ status: 431, body: { code: 'HEADERS_TOO_LARGE' } });
  expect(await open.call('GET', `/v1/jobs?cursor=${'x'.repeat(70_000)}`)).toMatchObject({ status: 431 });
  expect(await open.call('GET', '/v1/jobs')).toMatchObject({ status: 200 });
});

test('who asks without end is told to wait, and served again', async () => {
  const limited = await startApiProcess(deployment.env, folder);
  const answers = await Promise.all(Array.from({ length: 1_500 }, () => limited.call('GET', '/not/there')));
  expect(await limited.call('GET', '/healthz')).toMatchObject({ status: 200 });
  const refused = answers.filter(({ status }) => status === 429);
  expect(refused.length).toBeGreaterThan(0);
  expect(answers.filter(({ status }) => status === 404).length).toBeGreaterThanOrEqual(500);
  expect(refused[0]).toMatchObject({ body: { code: 'TOO_MANY_REQUESTS' } });
  expect(Number(refused[0]!.headers.get('retry-after'))).toBeGreaterThan(0);
  await expectEventually(async () => expect(await limited.call('GET', '/not/there')).toMatchObject({ status: 404 }));
});
