/** The log file of a server: appended to by the server itself, kept small, and read for the reason when it ends. */
import { openSync } from 'node:fs';
import { readFile, rename, stat } from 'node:fs/promises';

const MAX_LOG_BYTES = 10 * 1024 * 1024;

export interface ServerLog {
  /** For the server's standard output and error; close it after the spawn. */
  readonly descriptor: number;
  /** What has been written since the log was opened. */
  read(): Promise<string>;
}

export async function openServerLog(path: string): Promise<ServerLog> {
  let start = (await stat(path).catch(() => undefined))?.size ?? 0;
  if (start > MAX_LOG_BYTES) {
    await rename(path, `${path}.old`);
    start = 0;
  }
  return {
    descriptor: openSync(path, 'a', 0o600),
    read: async () => (await readFile(path)).subarray(start).toString('utf8'),
  };
}

/** The last lines, indented below the sentence that quotes them. */
export function quoteLog(text: string): string {
  return text.trim().split('\n').slice(-6).map((line) => `\n  ${line}`).join('');
}
