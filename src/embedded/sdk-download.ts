/**
 * Temporal's SDK downloads the server itself, from Temporal's own host, which a closed network may drop without a word. So it runs in a
 * child process that is ended when nothing has arrived after a few seconds.
 */
import { fork } from 'node:child_process';
import { readdir, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { fillCache, isExecutable } from './cache-folder';

const [FOLDER, PROGRAM] = ['temporal-sdk', 'temporal'];
const CONNECTION_PATIENCE_MS = 4000;
const STALL_PATIENCE_MS = 15_000;
const POLL_MS = 250;

/**
 * Returns the path of the program in the cache.
 * @throws Error whose message says in one line why not
 */
export async function downloadThroughSdk(cacheDir: string, say: (line: string) => void): Promise<string> {
  say("Temporal: asking Temporal's own download …");
  await fillCache(cacheDir, FOLDER, (folder) => isExecutable(join(folder, PROGRAM)), async (target) => {
    await runDownload(target);
    // Under a name with the SDK's version in it.
    const program = (await readdir(target)).find((name) => isExecutable(join(target, name)));
    if (program) await rename(join(target, program), join(target, PROGRAM));
  });
  return sdkProgram(cacheDir);
}

/** Path in the cache of what the SDK has downloaded, there or not. */
export function sdkProgram(cacheDir: string): string {
  return join(cacheDir, FOLDER, PROGRAM);
}

function runDownload(target: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = fork(join(__dirname, 'sdk-download-child.js'), [target], {
      detached: true, env: process.env, stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    let failure = 'it ended early';
    let bytes = 0;
    let lastProgressAt = Date.now();
    const watch = setInterval(() => void watchProgress(), POLL_MS);
    const watchProgress = async (): Promise<void> => {
      const now = await sizeOf(target);
      if (now > bytes) [bytes, lastProgressAt] = [now, Date.now()];
      if (Date.now() - lastProgressAt < (bytes === 0 ? CONNECTION_PATIENCE_MS : STALL_PATIENCE_MS)) return;
      failure = bytes === 0 ? `no connection within ${CONNECTION_PATIENCE_MS / 1000} s` : 'it stalled';
      // With the server that it may have begun to start.
      if (child.pid) process.kill(-child.pid, 'SIGKILL');
    };
    child.on('message', (message) => (failure = String(message)));
    child.on('error', (error) => (failure = error.message));
    child.on('close', (exitCode) => {
      clearInterval(watch);
      if (exitCode === 0) resolve();
      else reject(new Error(`Temporal's own download failed: ${failure}`));
    });
  });
}

async function sizeOf(folder: string): Promise<number> {
  let bytes = 0;
  for (const name of await readdir(folder).catch(() => [])) bytes += (await stat(join(folder, name)).catch(() => undefined))?.size ?? 0;
  return bytes;
}
