/**
 * The environment of each test file. When all of the file's own hooks have run, no process that it caused may live: not what
 * start-process.ts started (that is ended here), nor what that started in turn, known by an inherited mark in its environment or by one of
 * the file's folders in its command line. What lives all the same is ended and fails the file.
 */
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';

import { TestEnvironment as NodeEnvironment } from 'jest-environment-node';

import { findCommandLine } from '../../src/embedded/process-identity';
import { expectEventually } from './expect-eventually';
import type { FileState } from './file-state';

/** What a killed process leaves behind may take a moment to notice it. */
const PATIENCE_MS = 5000;

export default class TestEnvironment extends NodeEnvironment {
  private readonly state: FileState = { mark: randomBytes(8).toString('hex'), folders: [], processes: [] };

  override async setup(): Promise<void> {
    await super.setup();
    this.global['sluiceFileState'] = this.state;
  }

  override async teardown(): Promise<void> {
    try {
      await this.endCausedProcesses();
    } finally {
      await super.teardown();
    }
  }

  private async endCausedProcesses(): Promise<void> {
    const { folders, processes } = this.state;
    if (folders.length === 0 && processes.length === 0) return;
    for (const child of processes) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    try {
      await expectEventually(() => {
        const leaked = this.listCausedProcesses();
        if (leaked.length > 0) throw new Error(`The test file left processes behind:\n${leaked.map(({ pid, commandLine }) => `  ${pid} ${commandLine}`).join('\n')}`);
      }, { timeoutMs: PATIENCE_MS });
    } finally {
      for (const { pid } of this.listCausedProcesses()) process.kill(pid, 'SIGKILL');
      for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    }
  }

  /** Elsewhere than on Linux none is found. */
  private listCausedProcesses(): { pid: number; commandLine: string }[] {
    if (process.platform !== 'linux') return [];
    const pids = readdirSync('/proc').map(Number).filter((pid) => pid > 0 && pid !== process.pid);
    return pids.flatMap((pid) => {
      const commandLine = findCommandLine(pid);
      const isCaused = commandLine !== undefined && (this.state.folders.some((folder) => commandLine.includes(folder)) || this.hasMark(pid));
      return isCaused ? [{ pid, commandLine }] : [];
    });
  }

  private hasMark(pid: number): boolean {
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`SLUICE_TEST_MARK=${this.state.mark}`);
    } catch {
      return false;
    }
  }
}
