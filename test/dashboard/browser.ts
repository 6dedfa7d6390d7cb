/** A browser for one test file, and pages in it that may not go wrong unnoticed. */
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';
import { getBrowser } from './find-browser';

export interface TestBrowser {
  /** A tab in a window of its own, at the address. */
  open(url: string, options?: BrowserContextOptions): Promise<Page>;
  /** What pages reported as errors, but for requests that failed: those belong to tests of outages. */
  readonly errors: readonly string[];
  close(): Promise<void>;
}

export async function startBrowser(): Promise<TestBrowser> {
  // As root Chromium has no sandbox; the pages are our own.
  const browser: Browser = await chromium.launch({ executablePath: getBrowser(), args: ['--no-sandbox'] });
  const errors: string[] = [];
  return {
    errors,
    async open(url, options = {}) {
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
      const page = await context.newPage();
      page.on('pageerror', (error) => errors.push(error.message));
      page.on('console', (message) => {
        if (message.type() === 'error' && !message.text().startsWith('Failed to load resource')) errors.push(message.text());
      });
      await page.goto(url);
      return page;
    },
    close: () => browser.close(),
  };
}
