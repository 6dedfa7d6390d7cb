#!/usr/bin/env node
/** The process of the command line: signals, streams and the end. */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline/promises';
import path from 'node:path';
import type { InterruptReason } from './cli-io';
import { EXIT_INTERRUPTED } from './exit-code';
import { runCli } from './program';
import { openServers } from './server-session';

const { version } = JSON.parse(readFileSync(path.join(__dirname, '../../../package.json'), 'utf8')) as { version: string };
const listeners = new Set<(reason: InterruptReason) => void>();
let interruptions = 0;

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    interruptions += 1;
    // Nobody can end in order, or the user will not wait for it.
    if (listeners.size === 0 || interruptions > 1) process.exit(EXIT_INTERRUPTED);
    tell('signal');
  });
}

for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    // The reader has gone, as `head` does: no reason to crash.
    if (error.code !== 'EPIPE') throw error;
    if (stream === process.stdout) tell('pipe');
  });
}

void runCli(
  {
    stdout: process.stdout,
    stderr: process.stderr,
    env: process.env,
    cwd: process.cwd(),
    confirm: askTerminal,
    onInterrupt(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  },
  process.argv.slice(2),
  { openServers, version },
).then((exitCode) => {
  // Explicitly: Temporal's runtime would keep the process alive. After everything is written.
  process.stdout.write('', () => process.stderr.write('', () => process.exit(exitCode)));
});

async function askTerminal(question: string): Promise<boolean | undefined> {
  if (!process.stdin.isTTY) return undefined;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${question} [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}

function tell(reason: InterruptReason): void {
  for (const listener of [...listeners]) listener(reason);
}
