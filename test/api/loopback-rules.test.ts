import { Hono } from 'hono';
import { loopbackRules } from '../../src/api/access/loopback-rules';
import { problemResponse } from '../../src/api/http-problem';

const app = new Hono().use(loopbackRules()).get('*', (context) => context.text('served'));
app.onError((error) => problemResponse(error));

const NAVIGATION = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };
const ask = async (address: string, site: string, headers: Record<string, string> = {}) =>
  (await app.request(address, { headers: { host: '127.0.0.1:7070', 'sec-fetch-site': site, ...headers } })).status;

test.each(['same-origin', 'none'])('what a browser sends as %s is served', async (site) => {
  for (const address of ['/', '/v1/jobs', '/metrics']) expect(await ask(address, site)).toBe(200);
});

test.each(['cross-site', 'same-site'])('what a page of another site embeds, %s, is refused by the API', async (site) => {
  expect(await ask('/v1/jobs/a/events', site, { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'image' })).toBe(403);
  expect(await ask('/v1/jobs', site, NAVIGATION)).toBe(403);
});

test('a link to the dashboard may be followed, its pages not framed or fetched by another site', async () => {
  expect(await ask('/jobs/a', 'cross-site', NAVIGATION)).toBe(200);
  expect(await ask('/jobs/a', 'cross-site', { ...NAVIGATION, 'sec-fetch-dest': 'iframe' })).toBe(403);
  expect(await ask('/metrics', 'cross-site', { 'sec-fetch-mode': 'no-cors', 'sec-fetch-dest': 'script' })).toBe(403);
});
