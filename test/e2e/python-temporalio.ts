/** Temporal's SDK for Python, from the Python Package Index, once, in the cache of the servers. */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fillCache } from '../../src/embedded/cache-folder';
import { findServerCache } from './temporal-cli';

const VERSION = '1.35.0';
const INSTALL_TIMEOUT_MS = 300_000;

/** A folder for PYTHONPATH. */
export async function findTemporalio(): Promise<string> {
  const cache = await findServerCache();
  // Its wheels are of one platform; of Python they need no certain version.
  const name = `temporalio-${VERSION}-${process.platform}-${process.arch}`;
  const isWhole = (folder: string) => existsSync(join(folder, `temporalio-${VERSION}.dist-info`));
  if (isWhole(join(cache, name))) return join(cache, name);
  return fillCache(cache, name, isWhole, async (target) => {
    const args = ['-m', 'pip', 'install', '--quiet', '--no-input', '--disable-pip-version-check', '--only-binary=:all:', '--target', target, `temporalio==${VERSION}`];
    execFileSync('python3', args, { stdio: ['ignore', 'ignore', 'pipe'], timeout: INSTALL_TIMEOUT_MS });
  });
}
