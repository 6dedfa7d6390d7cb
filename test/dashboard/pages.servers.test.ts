/** What every page is for, by mouse and by keyboard; that it breaks no rule of accessibility, in both themes, and fits a phone. */
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { AxeResults } from 'axe-core';
import type { Page } from 'playwright-core';
import { startApiProcess, type ApiProcess } from '../api/api-process';
import { createDeployment, type Deployment } from '../e2e/deployment';
import { createTestFolder } from '../harness/test-folder';
import { startBrowser, type TestBrowser } from './browser';

const EXAMPLES = path.join(__dirname, '..', '..', '..', 'examples', 'documents');
const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
const QUESTION = 'What does ownership mean in Rust?';

let deployment: Deployment;
let api: ApiProcess;
let browser: TestBrowser;
let folder: string;

beforeAll(async () => {
  browser = await startBrowser();
  folder = createTestFolder();
  mkdirSync(path.join(folder, 'books'));
  copyFileSync(path.join(EXAMPLES, 'rust-book', 'ch04-01-what-is-ownership.md'), path.join(folder, 'books', 'ownership.md'));
  writeFileSync(path.join(folder, 'books', 'broken.pdf'), '%PDF-1.4 and nothing else');
  deployment = await createDeployment();
  await deployment.startWorker();
  api = await startApiProcess(deployment.env, folder);
  await deployment.service.start({ collection: 'books', source: { kind: 'folder', path: path.join(folder, 'books') } }, { jobId: 'books-1' });
  await deployment.waitForEnd('books-1');
});

afterAll(async () => {
  await browser.close();
  await deployment.close();
});

test('a question finds passages, its words marked, and leads to the passage in the text', async () => {
  const page = await browser.open(`${api.url}/collections/books`);
  await page.getByLabel('Question').fill(QUESTION);
  await page.keyboard.press('Enter');
  const first = page.getByRole('list', { name: 'Passages, the best first' }).getByRole('listitem').first();
  await first.waitFor();
  expect((await first.locator('mark').allInnerTexts()).map((word) => word.toLowerCase())).toContain('ownership');
  expect(await first.innerText()).toContain(`folder:${path.join(folder, 'books')}`);
  await first.getByRole('link').click();
  const passage = page.getByRole('article').locator('mark');
  await passage.waitFor();
  const { searchParams } = new URL(page.url());
  expect((await passage.innerText()).length).toBeGreaterThan(100);
  expect(await passage.evaluate('document.querySelector("article mark").textContent.length')).toBe(Number(searchParams.get('end')) - Number(searchParams.get('start')));
  await page.goBack();
  await first.waitFor();
});

test('collections are listed with their counts, and a collection with its sources', async () => {
  const page = await browser.open(`${api.url}/collections`);
  await page.getByRole('link', { name: 'books' }).click();
  const source = page.getByRole('region', { name: 'Sources' }).getByRole('row').filter({ hasText: path.join(folder, 'books') });
  await source.waitFor();
  const { documents, chunks } = (await deployment.service.collections())[0]!;
  expect(documents).toBe(1);
  expect((await source.getByRole('cell').allInnerTexts()).slice(1)).toEqual([String(documents), String(chunks)]);
});

test('a job is started by keyboard alone; what is wrong with it is said', async () => {
  const page = await browser.open(api.url);
  await page.keyboard.press('Tab');
  expect(await page.evaluate('document.activeElement.textContent')).toBe('Skip to the content');
  await page.getByRole('link', { name: 'New job' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'New job' }).waitFor();
  expect(await page.evaluate('document.activeElement.tagName')).toBe('H1');

  await page.getByLabel('Collection', { exact: true }).fill('Not A Name');
  await page.getByLabel('Folder or file').fill('books');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').getByText('INVALID_INPUT').waitFor();
  await page.getByLabel('Collection', { exact: true }).fill('keyboard');
  await page.keyboard.press('Enter');
  await page.getByRole('navigation', { name: 'Where you are' }).getByRole('link', { name: 'keyboard' }).waitFor();
  await page.getByRole('listitem', { name: 'Indexing' }).getByText('Completed').waitFor();
});

test('files are uploaded and become a job', async () => {
  const page = await browser.open(`${api.url}/upload`);
  await page.getByLabel('Collection', { exact: true }).fill('uploaded');
  await page.getByLabel('Documents').setInputFiles([
    { name: 'one.md', mimeType: 'text/markdown', buffer: Buffer.from('# One\n\nA gate.\n') },
    { name: 'two.md', mimeType: 'text/markdown', buffer: Buffer.from('# Two\n\nA weir.\n') },
  ]);
  await page.getByRole('button', { name: 'Upload 2 files, 30 B' }).click();
  await page.getByRole('listitem', { name: 'Indexing' }).getByText('Completed').waitFor();
  await page.getByText('2 of 2').first().waitFor();
});

const PAGES: [string, string][] = [
  ['/', 'books-1'],
  ['/?collection=nothing', 'No job matches.'],
  ['/jobs/books-1', 'broken.pdf'],
  ['/jobs/none', 'JOB_NOT_FOUND'],
  ['/new-job', 'Start the job'],
  ['/upload', 'Name of the upload'],
  ['/collections', 'books'],
  ['/collections/books', 'Embedding model'],
  [`/search?collection=books&query=${encodeURIComponent(QUESTION)}`, 'By words and meaning'],
  ['/collections/books/document?uri=ownership.md&start=10&end=200', 'as they were parsed'],
  ['/no/such/page', 'There is nothing at this address.'],
];

test.each(['light', 'dark'] as const)('no page breaks a rule of accessibility in %s', async (colorScheme) => {
  const page = await browser.open(api.url, { colorScheme });
  const violations: string[] = [];
  for (const [address, content] of PAGES) {
    await page.goto(`${api.url}${address}`);
    await page.getByText(content).first().waitFor();
    for (const details of await page.locator('details').all()) await details.evaluate('for (const details of document.querySelectorAll("details")) details.open = true');
    violations.push(...(await findViolations(page)).map((violation) => `${address}: ${violation}`));
  }
  await page.goto(`${api.url}/jobs/books-1`);
  expect(violations).toEqual([]);
});

test('on a phone of 320 pixels nothing is cut off', async () => {
  const page = await browser.open(api.url, { viewport: { width: 320, height: 640 } });
  for (const [address, content] of PAGES) {
    await page.goto(`${api.url}${address}`);
    await page.getByText(content).first().waitFor();
    expect({ address, beyond: await page.evaluate('Math.max(0, document.documentElement.scrollWidth - innerWidth)') }).toEqual({ address, beyond: 0 });
  }
});

test('the theme that was chosen stays', async () => {
  const page = await browser.open(api.url, { colorScheme: 'light' });
  const paper = (): Promise<unknown> => page.evaluate('getComputedStyle(document.documentElement).backgroundColor');
  const light = await paper();
  await page.getByLabel('Theme').selectOption('dark');
  const dark = await paper();
  expect(dark).not.toBe(light);
  await page.reload();
  await page.getByText('books-1').waitFor();
  expect(await paper()).toBe(dark);
  await page.getByLabel('Theme').selectOption('system');
  expect(await paper()).toBe(light);
});

test('no page reported an error', () => {
  expect(browser.errors).toEqual([]);
});

/** axe needs to be evaluated beside the page's own script, which the page's policy would not let in. */
async function findViolations(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const { violations } = (await page.evaluate('axe.run()')) as AxeResults;
  return violations.map(({ id, nodes }) => `${id} at ${nodes.map(({ target, failureSummary }) => `${target.join(' ')} (${failureSummary})`).join(', ')}`);
}
