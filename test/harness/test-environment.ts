/**
 * The environment of each test file. When all of the file's own hooks have run, no process that it caused may live: not what
 * start-process.ts started (that is ended here), nor what that started in turn, known by an inherited mark in its environment or by one of
 * the file's folders in its command line. What lives all the same fails the file and is ended.
 */
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, rmSync } from 'node:fs';

import type { Circus } from '@jest/types';
import { TestEnvironment as NodeEnvironment } from 'jest-environment-node';

import { findCommandLine } from '../../src/embedded/process-identity';
import { expectEventually } from './expect-eventually';
import type { FileState } from './file-state';

/** What a killed process leaves behind may take a moment to notice it. */
const PATIENCE_MS = 20_000;

export default class TestEnvironment extends NodeEnvironment {
  private readonly state: FileState = { mark: randomBytes(8).toString('hex'), folders: [], processes: [] };

  override async setup(): Promise<void> {
    await super.setup();
    this.global['sluiceFileState'] = this.state;
  }

  async handleTestEvent(event: Circus.Event, circus: Circus.State): Promise<void> {
    // Beside the results of the tests, which an error thrown here would hide.
    if (event.name === 'run_finish') await this.endCausedProcesses().catch((error: Error) => circus.unhandledErrors.push(error));
  }

  override async teardown(): Promise<void> {
    for (const { pid } of this.listCausedProcesses()) {
      try {
        process.kill(pid, 'SIGKILL');
      } catch {
        // It ended by itself meanwhile.
      }
    }
    for (const folder of this.state.folders) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    await super.teardown();
  }

  private async endCausedProcesses(): Promise<void> {
    if (this.causedNothing()) return;
    for (const child of this.state.processes) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
    await expectEventually(() => {
      const leaked = this.listCausedProcesses().map(({ pid, commandLine }) => `\n  ${pid} ${commandLine}`);
      if (leaked.length > 0) throw new Error(`The test file left processes behind:${leaked.join('')}`);
    }, { timeoutMs: PATIENCE_MS });
  }

  private causedNothing(): boolean {
    return this.state.folders.length === 0 && this.state.processes.length === 0;
  }

  /** Elsewhere than on Linux none is found. */
  private listCausedProcesses(): { pid: number; commandLine: string }[] {
    if (process.platform !== 'linux' || this.causedNothing()) return [];
    const pids = readdirSync('/proc').map(Number).filter((pid) => pid > 0 && pid !== process.pid);
    return pids.flatMap((pid) => {
      const commandLine = findCommandLine(pid);
      if (commandLine === undefined) return [];
      const isCaused = this.hasMark(pid) || this.state.folders.some((folder) => commandLine.includes(folder));
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
