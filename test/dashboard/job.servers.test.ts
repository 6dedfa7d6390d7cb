import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { startApiProcess, type ApiProcess } from '../api/api-process';
import { createDeployment, EMBEDDING, type Deployment } from '../e2e/deployment';
import { writeDocuments } from '../e2e/documents';
import { expectEventually } from '../harness/expect-eventually';
import { startCli } from '../harness/start-process';
import { createTestFolder } from '../harness/test-folder';
import { startBrowser, type TestBrowser } from './browser';

const DOCUMENTS = 80;

let deployment: Deployment;
let api: ApiProcess;
let browser: TestBrowser;
let folder: string;

beforeAll(async () => {
  browser = await startBrowser();
  folder = createTestFolder();
  deployment = await createDeployment();
  await deployment.startWorker();
  api = await startApiProcess(deployment.env, folder);
});

// A job's 20 batches, one after the other, take longer than anybody needs to click.
beforeEach(() => deployment.provider.control({ latencyMs: 1_000 }));

afterAll(async () => {
  await browser.close();
  await deployment.close();
});

/** Starts a job of small batches through a slow provider and opens its page. */
async function openJob(name: string): Promise<{ jobId: string; page: Page }> {
  writeDocuments(path.join(folder, name), DOCUMENTS);
  writeFileSync(path.join(folder, name, 'broken.pdf'), '%PDF-1.4 and nothing else');
  const { jobId } = await deployment.service.start(
    {
      collection: name,
      source: { kind: 'folder', path: path.join(folder, name) },
      options: { embedding: EMBEDDING, batchDocuments: 4, concurrency: { EMBEDDING: 1 } },
    },
    { jobId: `job-${name}` },
  );
  return { jobId, page: await browser.open(`${api.url}/jobs/${jobId}`) };
}

function phase(page: Page, name: string): Locator {
  return page.getByRole('listitem', { name, exact: true });
}

async function progress(page: Page, name: string): Promise<number> {
  return Number(await phase(page, name).getByRole('progressbar').getAttribute('aria-valuenow'));
}

async function isStatus(page: Page, name: string, word: string): Promise<void> {
  await phase(page, name).getByText(word, { exact: true }).waitFor();
}

test('a job is seen to progress; embedding pauses, the others go on; two tabs and the command line agree; it is resumed to its end', async () => {
  const { jobId, page } = await openJob('live');
  const otherTab = await browser.open(`${api.url}/jobs/${jobId}`);
  const first = await expectEventually(async () => {
    const seen = await progress(page, 'Embedding');
    expect(seen).toBeGreaterThan(0);
    return seen;
  });
  await expectEventually(async () => expect(await progress(page, 'Embedding')).toBeGreaterThan(first));

  await phase(page, 'Embedding').getByRole('button', { name: 'Pause Embedding' }).click();
  await isStatus(page, 'Embedding', 'Paused');
  await isStatus(otherTab, 'Embedding', 'Paused');
  await phase(page, 'Embedding').getByText('The gate is closed until somebody resumes.').waitFor();
  const status = startCli(['status', jobId, '--json'], { env: deployment.env, cwd: folder });
  await status.exit;
  expect(JSON.parse(status.stdout).phases[2]).toMatchObject({ phase: 'EMBEDDING', status: 'PAUSED' });

  await isStatus(page, 'Loading', 'Completed');
  await isStatus(page, 'Chunking', 'Completed');
  expect(await progress(page, 'Embedding')).toBeLessThan(100);

  // In the other tab.
  await deployment.provider.control({ latencyMs: 0 });
  await phase(otherTab, 'Embedding').getByRole('button', { name: 'Resume Embedding' }).click();
  for (const tab of [page, otherTab]) {
    await isStatus(tab, 'Indexing', 'Completed');
    expect(await progress(tab, 'Embedding')).toBe(100);
  }
  const timeline = page.getByRole('region', { name: 'Timeline' });
  expect(await timeline.getByRole('listitem').filter({ hasText: 'Embedding' }).allInnerTexts()).toEqual(
    ['Completed', 'Running', 'Paused', 'Running'].map((word) => expect.stringContaining(word)),
  );
});

test('a failed document is found with its phase and reason', async () => {
  const { page } = await openJob('failures');
  const row = page.getByRole('region', { name: 'Failed documents' }).getByRole('row').filter({ hasText: 'broken.pdf' });
  await row.waitFor();
  const text = await row.innerText();
  expect(text).toContain('Loading');
  expect(text).toContain('CORRUPT_DOCUMENT');
  expect(text).toContain("The PDF can't be read");
});

test('a job is cancelled after a question, and retried', async () => {
  const { jobId, page } = await openJob('cancelled');
  await expectEventually(async () => expect(await progress(page, 'Embedding')).toBeGreaterThan(0));
  await page.getByRole('button', { name: 'Cancel job…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Let it run' }).click();
  expect(await page.getByRole('dialog').count()).toBe(0);
  expect((await deployment.service.status(jobId)).status).toBe('RUNNING');

  await page.getByRole('button', { name: 'Cancel job…' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Cancel the job' }).click();
  await page.getByText('The job was cancelled.').waitFor();
  expect(await deployment.waitForEnd(jobId)).toMatchObject({ status: 'FAILED', error: { code: 'CANCELLED' } });

  await deployment.provider.control({ latencyMs: 0 });
  await page.getByRole('button', { name: 'Run again' }).click();
  await page.getByText('a retry of').waitFor();
  const retried = decodeURIComponent(new URL(page.url()).pathname.split('/').at(-1)!);
  expect(retried).not.toBe(jobId);
  await isStatus(page, 'Indexing', 'Completed');
  expect(await deployment.service.status(retried)).toMatchObject({ status: 'COMPLETED', retryOf: jobId, documents: { failed: 1 } });

  await page.getByRole('button', { name: 'Retry failed documents' }).click();
  await page.getByRole('link', { name: retried }).waitFor();
  await expectEventually(async () => expect(await page.getByRole('heading', { level: 1 }).innerText()).not.toBe(retried));
});

test('the list shows a job that starts, by status and collection, and pauses of the whole job', async () => {
  const list = await browser.open(`${api.url}/?collection=listed&status=RUNNING`);
  await list.getByText('No job matches.').waitFor();
  const { jobId, page } = await openJob('listed');
  const row = list.getByRole('row').filter({ hasText: jobId });
  await row.waitFor();
  await page.getByRole('button', { name: 'Pause all' }).click();
  await page.getByRole('button', { name: 'Resume all' }).waitFor();
  await expectEventually(async () => {
    const { body } = await api.call('GET', '/v1/jobs?collection=listed');
    expect(body.jobs[0].phases.map(({ status }: { status: string }) => status)).toContain('PAUSED');
  });
  await row.getByText(/Embedding, Indexing paused/).waitFor();
  await list.getByLabel('Status').selectOption('COMPLETED');
  await list.getByText('No job matches.').waitFor();
  expect(list.url()).toBe(`${api.url}/?status=COMPLETED&collection=listed`);
  await deployment.provider.control({ latencyMs: 0 });
  await page.getByRole('button', { name: 'Resume all' }).click();
  await row.getByText('Completed').waitFor();
});

test('no page reported an error', () => {
  expect(browser.errors).toEqual([]);
});
