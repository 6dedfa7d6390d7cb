import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Machine } from '../../src/temporal/machine';

const cgroup = mkdtempSync(join(tmpdir(), 'sluice-cgroup-'));
afterAll(() => rmSync(cgroup, { recursive: true }));

let nowMs = 0;
beforeEach(() => jest.spyOn(performance, 'now').mockImplementation(() => nowMs));
afterEach(() => jest.restoreAllMocks());

/** @param usedMs of processors, since the container's start */
const write = (quota: string, usedMs: number) => {
  writeFileSync(join(cgroup, 'cpu.max'), `${quota} 100000\n`);
  writeFileSync(join(cgroup, 'cpu.stat'), `usage_usec ${usedMs * 1_000}\nuser_usec 1\n`);
};

test('a container has room as long as it uses less than four fifths of what it may use', () => {
  write('200000', 5_000);
  const machine = new Machine(cgroup);
  for (const [usedMs, hasRoom] of [[1_500, true], [1_700, false], [1_000, true]] as const) {
    nowMs += 1_000;
    write('200000', 5_000 + usedMs);
    expect(machine.hasRoom()).toBe(hasRoom);
    nowMs += 1_000;
    write('200000', 5_000);
    machine.hasRoom();
  }
});

test('it is not looked at for less than a fifth of a second', () => {
  write('100000', 0);
  const machine = new Machine(cgroup);
  nowMs += 100;
  write('100000', 100);
  expect(machine.hasRoom()).toBe(true);
  nowMs += 100;
  expect(machine.hasRoom()).toBe(true);
  write('100000', 300);
  nowMs += 200;
  expect(machine.hasRoom()).toBe(false);
});

test('without a limit of its own it looks at the whole machine', async () => {
  jest.restoreAllMocks();
  write('max', 0);
  for (const folder of [cgroup, join(cgroup, 'none')]) {
    const machine = new Machine(folder);
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect(typeof machine.hasRoom()).toBe('boolean');
  }
});
