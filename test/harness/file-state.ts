/** What a test file has caused, shared between the file and its environment (test-environment.ts), which cleans up. */
import type { ChildProcess } from 'node:child_process';

export interface FileState {
  /** Value of SLUICE_TEST_MARK in the environment of each process that the file causes. */
  readonly mark: string;
  readonly folders: string[];
  readonly processes: ChildProcess[];
}

export function fileState(): FileState {
  return (globalThis as unknown as { sluiceFileState: FileState }).sluiceFileState;
}
