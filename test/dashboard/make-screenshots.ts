/**
 * Takes the pictures of docs/screenshots (`npm run screenshots`): every page of the dashboard in light, dark, and as wide as a phone, of a
 * real `sluice up` in a folder of its own with jobs at work, paused, failed and done.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { chromium, type Page } from 'playwright-core';
import { createSluiceClient, type SluiceClient } from '../../src/client';
import { writeDocuments } from '../e2e/documents';
import { startEmbeddingsServer } from '../embedding/embeddings-server';
import { expectEventually } from '../harness/expect-eventually';
import { getBrowser } from './find-browser';

const ROOT = path.join(__dirname, '..', '..', '..');
const TARGET = path.join(ROOT, 'docs', 'screenshots');
const EMBEDDING = { provider: 'openai', model: 'text-embedding-3-small', dimensions: 64 };
const QUESTION = 'How do row locks block other transactions?';

const JOB = '/jobs/wiki-2026-11';

interface PageToTake {
  /** Of the picture's file. */
  title: string;
  address: string;
  /** What is there when the page is complete. */
  content: string;
}

const LOOKS = [
  { name: 'light', colorScheme: 'light', viewport: { width: 1280, height: 720 } },
  { name: 'dark', colorScheme: 'dark', viewport: { width: 1280, height: 720 } },
  { name: 'phone', colorScheme: 'light', viewport: { width: 360, height: 720 } },
] as const;

async function main(): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'sluice-'));
  chmodSync(folder, 0o755);
  const provider = await startEmbeddingsServer({ latencyMs: 1_200, dimensions: EMBEDDING.dimensions });
  const up = spawn(process.execPath, [path.join(ROOT, 'dist', 'src', 'cli', 'main.js'), 'up', '--port', '0'], {
    cwd: folder,
    env: { ...process.env, OPENAI_BASE_URL: provider.url, OPENAI_API_KEY: 'sk-none' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const url = await addressOf(up);
    const client = createSluiceClient({ baseUrl: url });
    await fill(client, folder);
    const passage = (await client.search('manuals', { query: QUESTION, limit: 1 }))[0]!;
    const place = `uri=${encodeURIComponent(passage.documentUri)}&start=${passage.startOffset}&end=${passage.endOffset}`;
    const pages: PageToTake[] = [
      // First: it is open already.
      { title: 'job', address: JOB, content: 'The gate is closed until somebody resumes.' },
      { title: 'jobs', address: '/', content: 'manuals-2026-11' },
      { title: 'job-failed', address: '/jobs/archive-2026-11', content: 'scan-1.pdf' },
      { title: 'new-job', address: '/new-job?collection=manuals', content: 'Start the job' },
      { title: 'upload', address: '/upload?collection=manuals', content: 'Name of the upload' },
      { title: 'collections', address: '/collections', content: 'static-en-256' },
      { title: 'collection', address: '/collections/manuals', content: 'folder' },
      { title: 'search', address: `/search?collection=manuals&query=${encodeURIComponent(QUESTION)}`, content: 'By words and meaning' },
      { title: 'document', address: `/collections/manuals/document?${place}`, content: 'as they were parsed' },
    ];
    mkdirSync(TARGET, { recursive: true });
    await takeAll(url, pages, client);
  } finally {
    up.kill('SIGINT');
    await once(up, 'exit');
    await provider.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function addressOf(up: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: up.stdout! })) {
    const [, url] = /^Dashboard: (\S+)/.exec(line) ?? [];
    if (url !== undefined) {
      up.stdout!.resume();
      return url;
    }
  }
  throw new Error('sluice up ended before it served: see above.');
}

/** Jobs of every kind: done, failed, cancelled, and one that goes on for as long as the pictures take, one of its gates closed. */
async function fill(client: SluiceClient, folder: string): Promise<void> {
  cpSync(path.join(ROOT, 'examples', 'documents'), path.join(folder, 'manuals'), { recursive: true });
  writeDocuments(path.join(folder, 'wiki'), 1_500);
  writeDocuments(path.join(folder, 'archive'), 30);
  writeFileSync(path.join(folder, 'wiki', 'floor-plan.pdf'), '%PDF-1.4 and nothing else');
  writeFileSync(path.join(folder, 'wiki', 'minutes.md'), '');
  writeFileSync(path.join(folder, 'wiki', 'visit.mp4'), 'film');
  for (let number = 0; number < 14; number++) writeFileSync(path.join(folder, 'archive', `scan-${number}.pdf`), '%PDF-1.4 and nothing else');
  const start = (jobId: string, collection: string, source: string, options: object) =>
    client.startJob({ jobId, collection, source: { kind: 'folder', path: source }, options });

  await start('manuals-2026-11', 'manuals', 'manuals', {});
  await start('archive-2026-11', 'archive', 'archive', { embedding: EMBEDDING, maxFailures: 5 });
  for (const jobId of ['manuals-2026-11', 'archive-2026-11']) for await (const _ of client.watchJob(jobId)) continue;
  await start('manuals-2026-12', 'manuals', 'manuals', {});
  for await (const _ of client.watchJob('manuals-2026-12')) continue;
  await start('wiki-2026-11', 'wiki', 'wiki', { embedding: EMBEDDING, batchDocuments: 10, concurrency: { EMBEDDING: 2 } });
  await expectEventually(async () => {
    const { phases } = await client.getJob('wiki-2026-11');
    if (phases[3]!.progress < 20) throw new Error('Not far enough yet.');
  }, { timeoutMs: 120_000 });
}

async function takeAll(url: string, pages: readonly PageToTake[], client: SluiceClient): Promise<void> {
  const browser = await chromium.launch({ executablePath: getBrowser(), args: ['--no-sandbox'] });
  try {
    // Opened first, so that its chart has seen something when its picture is taken.
    const watching: Page[] = [];
    for (const { colorScheme, viewport } of LOOKS) {
      const page = await (await browser.newContext({ colorScheme, viewport, reducedMotion: 'reduce' })).newPage();
      await page.goto(`${url}${JOB}`);
      watching.push(page);
    }
    await expectEventually(async () => {
      const { phases } = await client.getJob('wiki-2026-11');
      if (phases[3]!.progress < 45) throw new Error('Not far enough yet.');
    }, { timeoutMs: 120_000 });
    await client.pauseJob('wiki-2026-11', 'INDEXING');
    for (const [index, { name }] of LOOKS.entries()) {
      const page = watching[index]!;
      for (const { title, address, content } of pages) {
        if (address !== JOB) await page.goto(`${url}${address}`);
        await page.getByText(content).first().waitFor();
        await page.evaluate('document.fonts.ready');
        await page.screenshot({ path: path.join(TARGET, `${title}-${name}.png`), fullPage: address === JOB });
      }
    }
    await client.cancelJob('wiki-2026-11');
    for await (const _ of client.watchJob('wiki-2026-11')) continue;
  } finally {
    await browser.close();
  }
}

main().then(
  () => process.exit(0),
  (error: Error) => {
    console.error(error);
    process.exit(1);
  },
);
