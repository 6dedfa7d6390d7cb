/**
 * The browser for the dashboard's tests: none is installed with the packages. jest.config.js leaves these tests out, aloud, where there is
 * none; with CI=true they run and fail instead.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const MACOS = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

export const HOW_TO_INSTALL =
  'There is no Chromium for the tests of the dashboard. Install one, such as with `apt-get install chromium` or `npx playwright-core install chromium`, or name it in CHROMIUM_PATH.';

/** Path of a Chromium: the one that CHROMIUM_PATH names, the one on the PATH, or playwright's own. */
export function findBrowser(): string | undefined {
  const named = process.env['CHROMIUM_PATH'];
  if (named) return named;
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  const candidates = [...NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name))), MACOS, chromium.executablePath()];
  return candidates.find((candidate) => existsSync(candidate));
}

/** @throws Error that tells how to get one */
export function getBrowser(): string {
  const found = findBrowser();
  if (found === undefined) throw new Error(HOW_TO_INSTALL);
  return found;
}
