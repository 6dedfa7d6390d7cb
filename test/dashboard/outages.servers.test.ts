import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { startApiProcess } from '../api/api-process';
import { createDeployment, type Deployment } from '../e2e/deployment';
import { createTestFolder } from '../harness/test-folder';
import { startBrowser, type TestBrowser } from './browser';

const KEY = '0123456789abcdef-reader';

let deployment: Deployment;
let browser: TestBrowser;
let folder: string;
let jobId: string;

beforeAll(async () => {
  browser = await startBrowser();
  folder = createTestFolder();
  deployment = await createDeployment();
  await deployment.startWorker();
  writeFileSync(path.join(folder, 'a.md'), '# Locks\n\nA sluice lets water pass.\n');
  ({ jobId } = await deployment.service.start({ collection: 'small', source: { kind: 'folder', path: path.join(folder, 'a.md') } }));
  await deployment.waitForEnd(jobId);
});

afterAll(async () => {
  await browser.close();
  await deployment.close();
});

test('an API that goes away is told, what was known stays, and it comes back by itself', async () => {
  const api = await startApiProcess(deployment.env, folder);
  const page = await browser.open(api.url);
  const row = page.getByRole('row').filter({ hasText: jobId });
  await row.waitFor();
  api.process.kill('SIGKILL');
  await api.process.exit;
  const alert = page.getByRole('alert');
  await alert.getByText(/The API has not answered since \d\d:\d\d:\d\d/).waitFor();
  expect(await row.isVisible()).toBe(true);

  const again = await startApiProcess(deployment.env, folder, ['--port', new URL(api.url).port]);
  expect(again.url).toBe(api.url);
  await alert.waitFor({ state: 'detached' });
  const { jobId: next } = await deployment.service.start({ collection: 'small', source: { kind: 'folder', path: path.join(folder, 'a.md') } });
  await page.getByRole('row').filter({ hasText: next }).waitFor();
});

test('where the API has keys it asks for one, says when it is wrong, and keeps a right one for the tab', async () => {
  const api = await startApiProcess({ ...deployment.env, SLUICE_API_KEYS: `reader:read:${KEY}` }, folder);
  const page = await browser.open(`${api.url}/jobs/${jobId}`);
  await page.getByLabel('Key').fill('wrong-key');
  await page.getByRole('button', { name: 'Use this key' }).click();
  await page.getByText('The API does not know this key.').waitFor();
  await page.getByLabel('Key').fill(KEY);
  await page.getByRole('button', { name: 'Use this key' }).click();
  await page.getByRole('heading', { level: 1, name: jobId }).waitFor();
  await page.reload();
  await page.getByRole('heading', { level: 1, name: jobId }).waitFor();
  expect(await page.evaluate('localStorage.length')).toBe(0);

  // What the key may not do is said, and nothing is done.
  await page.getByRole('button', { name: 'Run again' }).click();
  await page.getByText('This needs the scope control; the key reader has read.').waitFor();
});

test('a job and an address that there are not are said to be none', async () => {
  const api = await startApiProcess(deployment.env, folder);
  const page = await browser.open(`${api.url}/jobs/no-such-job`);
  await page.getByText('JOB_NOT_FOUND').waitFor();
  await page.goto(`${api.url}/no/such/page`);
  await page.getByText('There is nothing at this address.').waitFor();
});

test('no page reported an error', () => {
  expect(browser.errors).toEqual([]);
});
