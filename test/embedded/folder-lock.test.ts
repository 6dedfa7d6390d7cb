import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { withFolderLock } from '../../src/embedded/folder-lock';
import { findProcessStart, isClaimAlive, newProcessClaim } from '../../src/embedded/process-identity';
import { startProcess } from '../harness/start-process';
import { createTestFolder } from '../harness/test-folder';

let folder: string;

beforeEach(() => {
  folder = join(createTestFolder(), 'lock');
});

test('only one is inside at a time, and all get in', async () => {
  let inside = 0;
  const seen: number[] = [];
  await Promise.all(Array.from({ length: 20 }, () => withFolderLock(folder, async () => {
    inside += 1;
    seen.push(inside);
    await new Promise(setImmediate);
    inside -= 1;
  }, () => undefined)));
  expect(seen).toEqual(Array.from({ length: 20 }, () => 1));
  expect(readdirSync(folder)).toEqual([]);
});

test('processes exclude each other', async () => {
  const child = join(__dirname, 'lock-child.js');
  const counter = join(folder, '..', 'counter');
  writeFileSync(counter, '0');
  const children = Array.from({ length: 3 }, () => startProcess(process.execPath, [child, folder, counter, '20']));
  expect(await Promise.all(children.map(({ exit }) => exit))).toEqual(children.map(() => ({ code: 0, signal: null })));
  // Each adds one by reading, waiting and writing: without exclusion some would be lost.
  expect(children.map(({ stdout }) => Number(stdout)).sort((a, b) => a - b).at(-1)).toBe(60);
});

test('a holder killed in the middle is no longer waited for', async () => {
  const holder = startProcess(process.execPath, [join(__dirname, 'lock-child.js'), folder, '-', '0']);
  await holder.waitForLine(/^inside$/);
  const waitedFor: number[] = [];
  const entered = withFolderLock(folder, async () => 'entered', (pid) => {
    waitedFor.push(pid);
    holder.kill('SIGKILL');
  });
  expect(await entered).toBe('entered');
  expect(waitedFor).toEqual([holder.pid]);
  expect(readdirSync(folder)).toEqual([]);
});

test('a claim dies with its process and is not taken over by the next one with its pid', () => {
  const claim = newProcessClaim();
  expect(isClaimAlive(claim)).toBe(true);
  expect(isClaimAlive(claim.replace(/-[^-]+-/, '-1-'))).toBe(false);
  expect(isClaimAlive('lost+found')).toBe(false);
  expect(newProcessClaim()).not.toBe(claim);
});

test('a zombie counts as ended', async () => {
  // The shell never waits for its child, which therefore stays a zombie.
  const parent = startProcess('sh', ['-c', 'sleep 0 & echo child $!; exec sleep 1000']);
  const zombie = Number((await parent.waitForLine(/^child \d+$/)).split(' ')[1]);
  while (findProcessStart(zombie) !== undefined) await new Promise(setImmediate);
  expect(() => process.kill(zombie, 0)).not.toThrow();
});

test('files of dead processes and foreign files are not counted', async () => {
  mkdirSync(folder);
  for (const name of ['ticket.1.999999999-1-1', 'choosing.999999999-1-1', 'unrelated']) writeFileSync(join(folder, name), '');
  expect(await withFolderLock(folder, async () => 'entered', () => undefined)).toBe('entered');
  expect(readdirSync(folder)).toEqual(['unrelated']);
});
