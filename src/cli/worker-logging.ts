/** What Temporal's runtime and our workers log, as lines on standard error. */
import { DefaultLogger, Runtime, type LogEntry, type LogLevel as TemporalLogLevel } from '@temporalio/worker';
import type { LogLevel } from '../config/config';

const TEMPORAL_LEVELS: Record<Exclude<LogLevel, 'silent'>, TemporalLogLevel> = {
  trace: 'TRACE',
  debug: 'DEBUG',
  info: 'INFO',
  warn: 'WARN',
  error: 'ERROR',
};

/** The SDK's warning about each queue that has activities alone; ours are meant so. */
const ONE_QUEUE_A_PHASE = 'No workflows registered';

/** Once a process, before its first worker. */
export function installWorkerLogging(level: LogLevel, say: (line: string) => void): void {
  const logger =
    level === 'silent'
      ? new DefaultLogger('ERROR', () => undefined)
      : new DefaultLogger(TEMPORAL_LEVELS[level], (entry) => {
          if (!entry.message.startsWith(ONE_QUEUE_A_PHASE)) say(lineOf(entry));
        });
  Runtime.install({ logger });
}

function lineOf({ level, timestampNanos, message, meta }: LogEntry): string {
  const time = new Date(Number(timestampNanos / 1_000_000n)).toISOString();
  return `${time} ${level} ${message}${meta ? ` ${JSON.stringify(meta, plainError)}` : ''}`;
}

function plainError(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  return value instanceof Error ? (value.stack ?? value.message) : value;
}
