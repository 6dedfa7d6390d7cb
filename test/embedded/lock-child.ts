/** Child of folder-lock.test.ts: adds one to a counter file under the lock, so many times; with zero times it holds the lock for ever. */
import { readFile, writeFile } from 'node:fs/promises';

import { withFolderLock } from '../../src/embedded/folder-lock';

async function main(folder: string, counter: string, times: number): Promise<void> {
  if (times === 0) {
    await withFolderLock(folder, async () => {
      console.log('inside');
      await new Promise(() => setInterval(() => undefined, 1000));
    }, () => undefined);
  }
  let value = 0;
  for (let time = 0; time < times; time += 1) {
    value = await withFolderLock(folder, async () => {
      const next = Number(await readFile(counter, 'utf8')) + 1;
      await new Promise(setImmediate);
      await writeFile(counter, String(next));
      return next;
    }, () => undefined);
  }
  console.log(value);
}

const [folder = '', counter = '', times] = process.argv.slice(2);
void main(folder, counter, Number(times));
