/** Runs a program to its end within a time limit and keeps what it printed. Never throws: a failure is part of the answer. */
import { spawn } from 'node:child_process';

export interface CommandResult {
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
  /** Why it did not succeed, in words; undefined when it did. */
  readonly failure?: string;
}

export interface CommandOptions {
  readonly timeoutMs: number;
  readonly env?: NodeJS.ProcessEnv;
  /** Run as this user; needs root. */
  readonly user?: { readonly uid: number; readonly gid: number };
}

export function runCommand(command: string, args: readonly string[], options: CommandOptions): Promise<CommandResult> {
  return new Promise((resolve) => {
    // The root folder, because the user's own may be out of the other user's reach.
    const child = spawn(command, args, { cwd: '/', env: options.env ?? process.env, ...options.user, stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const finish = (failure?: string): void => {
      clearTimeout(timer);
      resolve({ ok: failure === undefined, stdout, stderr, failure });
    };
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      // A grandchild may hold the pipes open for ever: don't wait for their end.
      child.stdout.destroy();
      child.stderr.destroy();
      finish(`gave no answer within ${Math.round(options.timeoutMs / 1000)} s`);
    }, options.timeoutMs);
    child.on('error', (error: NodeJS.ErrnoException) => finish(error.code === 'ENOENT' ? 'not found' : error.message));
    child.on('close', (exitCode, signal) => {
      if (exitCode === 0) finish();
      else finish(lastLine(stderr) ?? `ended with ${signal ?? `code ${exitCode}`}`);
    });
  });
}

function lastLine(text: string): string | undefined {
  return text.trim().split('\n').at(-1)?.trim() || undefined;
}
