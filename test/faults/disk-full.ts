/**
 * A disk of Postgres's own that can be filled: its data on a small file system in memory, mounted over the real ones for one cell. Needs Linux and
 * root. What the cell writes goes with it.
 */
import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { FaultServers } from './servers';

/** Beside what is there already: a job of some hundred documents writes some MB. */
const FREE_MEBIBYTES = 150;
const BLOCK = Buffer.alloc(1024 * 1024);

/** Why this machine can't; undefined when it can. */
export function whyNoDisk(): string | undefined {
  return process.platform === 'linux' && process.getuid?.() === 0 ? undefined : 'needs root, to mount a small file system';
}

export class DiskFull {
  private isMounted = false;

  constructor(private readonly servers: FaultServers) {}

  async make(): Promise<void> {
    const { postgresData: data, postgresUser: user } = this.servers;
    await this.servers.stopPostgres();
    const copy = `${data}.copy`;
    execFileSync('cp', ['-a', data, copy]);
    const usedMebibytes = Number.parseInt(execFileSync('du', ['-sm', data], { encoding: 'utf8' }));
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${usedMebibytes + FREE_MEBIBYTES}m`, 'tmpfs', data]);
    this.isMounted = true;
    execFileSync('sh', ['-c', 'cp -a "$0"/. "$1"/ && rm -rf "$0"', copy, data]);
    if (user) chownSync(data, user.uid, user.gid);
    chmodSync(data, 0o700);
    await this.servers.ensure();
  }

  fill(): void {
    const file = openSync(this.filler, 'w');
    try {
      for (;;) writeSync(file, BLOCK);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    } finally {
      closeSync(file);
    }
  }

  clear(): void {
    rmSync(this.filler, { force: true });
  }

  async remove(): Promise<void> {
    if (!this.isMounted) return;
    await this.servers.stopPostgres();
    execFileSync('umount', [this.servers.postgresData]);
    this.isMounted = false;
    await this.servers.ensure();
  }

  private get filler(): string {
    return join(this.servers.postgresData, 'filler');
  }
}
