import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os, { tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { Machine } from '../../src/temporal/machine';

const cgroup = mkdtempSync(join(tmpdir(), 'sluice-cgroup-'));
afterAll(() => rmSync(cgroup, { recursive: true }));

let nowMs = 0;
beforeEach(() => {
  jest.spyOn(performance, 'now').mockImplementation(() => nowMs);
  mockMemory(0.5, 0);
});
afterEach(() => jest.restoreAllMocks());

/** Parts of the machine's memory. @param constrained 0: no limit */
function mockMemory(available: number, constrained: number): void {
  jest.spyOn(process, 'availableMemory').mockReturnValue(available * totalmem());
  jest.spyOn(process, 'constrainedMemory').mockReturnValue(constrained * totalmem());
}

/** @returns adds work, ms of all of them together */
function mockProcessors(count: number): (ms: number) => void {
  let user = 0;
  jest.spyOn(os, 'cpus').mockImplementation(() => Array.from({ length: count }, () => ({ model: '', speed: 0, times: { user, nice: 0, sys: 0, idle: 0, irq: 0 } })));
  return (ms) => void (user += ms / count);
}

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
  write('100000', 290);
  nowMs += 190;
  expect(machine.hasRoom()).toBe(true);
  nowMs += 10;
  expect(machine.hasRoom()).toBe(false);
});

describe('without a limit of its own it looks at the whole machine', () => {
  test.each([['cgroup', cgroup], ['none', join(cgroup, 'none')]])('%s', (_name, folder) => {
    write('max', 0);
    const use = mockProcessors(2);
    const machine = new Machine(folder);
    for (const [busyMs, hasRoom] of [[1_500, true], [1_700, false], [1_000, true]] as const) {
      nowMs += 1_000;
      use(busyMs);
      expect(machine.hasRoom()).toBe(hasRoom);
    }
  });
});

test('a system that tells nothing of its processors has room', () => {
  write('max', 0);
  mockProcessors(0);
  const machine = new Machine(cgroup);
  nowMs += 1_000;
  expect(machine.hasRoom()).toBe(true);
});

test('memory: nine tenths, of the machine or of the container, where what is kept of files is no use', () => {
  write('max', 0);
  mockProcessors(2);
  const machine = new Machine(cgroup);
  const hasRoom = (available: number, constrained: number) => {
    mockMemory(available, constrained);
    return machine.hasRoom();
  };
  expect([hasRoom(0.11, 0), hasRoom(0.09, 0)]).toEqual([true, false]);
  expect([hasRoom(0.06, 0.5), hasRoom(0.04, 0.5)]).toEqual([true, false]);
  writeFileSync(join(cgroup, 'memory.stat'), `anon 5\ninactive_file ${Math.round(0.3 * totalmem())}\nactive_file 7\n`);
  expect([hasRoom(0.04, 0.5), hasRoom(0.09, 0)]).toEqual([true, false]);
});
