/** What the machine has left, or the part of it that a container may use. */
import { existsSync, readFileSync } from 'node:fs';
import os, { totalmem } from 'node:os';
import { join } from 'node:path';

const MAX_PROCESSOR_USE = 0.8;
const MAX_MEMORY_USE = 0.9;

/** Long enough to say something of a machine whose load changes all the time. */
const WINDOW_MS = 200;

/** Control groups, version 2. */
const CGROUPS = '/sys/fs/cgroup';

interface Reading {
  atMs: number;
  /** Of all processors together, since an unknown moment. */
  busyMs: number;
}

export class Machine {
  #last: Reading;
  #processorUse = 0;

  constructor(private readonly cgroup = findOwnGroup()) {
    this.#last = this.#read();
  }

  /** Whether there is something left to do more with. */
  hasRoom(): boolean {
    return this.#lookAtProcessors() < MAX_PROCESSOR_USE && this.#memoryUse() < MAX_MEMORY_USE;
  }

  /** @returns the part of the processors that was used of late, from 0 to 1; 0 when the system does not tell */
  #lookAtProcessors(): number {
    if (performance.now() - this.#last.atMs < WINDOW_MS) return this.#processorUse;
    const now = this.#read();
    const processors = this.#quota() ?? os.cpus().length;
    const use = (now.busyMs - this.#last.busyMs) / (now.atMs - this.#last.atMs) / processors;
    this.#processorUse = Number.isFinite(use) ? use : 0;
    this.#last = now;
    return this.#processorUse;
  }

  #read(): Reading {
    const busyMs = this.#quota() === undefined ? os.cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0) : this.#usedMs();
    return { atMs: performance.now(), busyMs };
  }

  /** Processors that the container may use; undefined: all, or not in a container. */
  #quota(): number | undefined {
    const [quota, period] = this.#file('cpu.max').split(' ').map(Number);
    return quota !== undefined && period !== undefined && quota > 0 ? quota / period : undefined;
  }

  #usedMs(): number {
    return Number(/^usage_usec (\d+)$/m.exec(this.#file('cpu.stat'))?.[1]) / 1_000;
  }

  /** @returns from 0 to 1 */
  #memoryUse(): number {
    const limit = process.constrainedMemory() || Infinity;
    if (limit >= totalmem()) return 1 - process.availableMemory() / totalmem();
    // Of a container all that is not free counts as used, also what the system keeps of files and gives up when it needs to.
    const ofFiles = Number(/^inactive_file (\d+)$/m.exec(this.#file('memory.stat'))?.[1] ?? 0);
    return 1 - (process.availableMemory() + ofFiles) / limit;
  }

  #file(name: string): string {
    return read(join(this.cgroup, name));
  }
}

/** Of this process. In most containers it is what they see as the root. */
function findOwnGroup(): string {
  const own = join(CGROUPS, /^0::(.*)$/m.exec(read('/proc/self/cgroup'))?.[1] ?? '');
  return existsSync(join(own, 'cpu.stat')) ? own : CGROUPS;
}

/** @returns '' when there is no such file */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
