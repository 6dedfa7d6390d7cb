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
  // A job that fails is logged too, and is no defect: where in the code it failed is for who asks.
  const showStack = level === 'debug' || level === 'trace';
  const logger =
    level === 'silent'
      ? new DefaultLogger('ERROR', () => undefined)
      : new DefaultLogger(TEMPORAL_LEVELS[level], (entry) => {
          if (!entry.message.startsWith(ONE_QUEUE_A_PHASE)) say(lineOf(entry, showStack));
        });
  Runtime.install({ logger });
}

function lineOf({ level, timestampNanos, message, meta }: LogEntry, showStack: boolean): string {
  const time = new Date(Number(timestampNanos / 1_000_000n)).toISOString();
  const plain = (_key: string, value: unknown): unknown => {
    if (typeof value === 'bigint') return String(value);
    if (!(value instanceof Error)) return value;
    return showStack && value.stack ? value.stack : `${value.name}: ${value.message}`;
  };
  return `${time} ${level} ${message}${meta ? ` ${JSON.stringify(meta, plain)}` : ''}`;
}
