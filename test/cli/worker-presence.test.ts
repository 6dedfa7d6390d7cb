import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { announceWorker, hasAnnouncedWorker } from '../../src/cli/worker-presence';

let stateDir: string;
beforeEach(() => void (stateDir = mkdtempSync(path.join(tmpdir(), 'sluice-presence-'))));
afterEach(() => rmSync(stateDir, { recursive: true, force: true }));

test('a worker is there from its announcement to its withdrawal', async () => {
  expect(await hasAnnouncedWorker(stateDir)).toBe(false);
  const withdraw = await announceWorker(stateDir);
  expect(await hasAnnouncedWorker(stateDir)).toBe(true);
  await withdraw();
  expect(await hasAnnouncedWorker(stateDir)).toBe(false);
});

test('one that was killed does not count', async () => {
  mkdirSync(path.join(stateDir, 'workers'));
  // Of a process that cannot be: above every limit of process ids.
  writeFileSync(path.join(stateDir, 'workers', '99999999-1-1'), '');
  expect(await hasAnnouncedWorker(stateDir)).toBe(false);
});
