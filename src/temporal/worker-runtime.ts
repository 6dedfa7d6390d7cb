/** Temporal's runtime in this process: what it and our workers log, as lines on standard error, and whether it exports metrics. */
import { DefaultLogger, Runtime, type LogEntry, type LogLevel as TemporalLogLevel } from '@temporalio/worker';
import type { LogFormat, LogLevel } from '../config/config';

const TEMPORAL_LEVELS: Record<Exclude<LogLevel, 'silent'>, TemporalLogLevel> = {
  trace: 'TRACE',
  debug: 'DEBUG',
  info: 'INFO',
  warn: 'WARN',
  error: 'ERROR',
};

/** The SDK's warning about each queue that has activities alone; ours are meant so. */
const ONE_QUEUE_A_PHASE = 'No workflows registered';

export interface RuntimeOptions {
  level: LogLevel;
  format: LogFormat;
  say(line: string): void;
  /** On loopback: the SDK serves its metrics there. Default: nowhere. */
  sdkMetricsPort?: number;
}

/** Once a process, before its first worker. */
export function installWorkerRuntime({ level, format, say, sdkMetricsPort }: RuntimeOptions): void {
  // A job that fails is logged too, and is no defect: where in the code it failed is for who asks.
  const showStack = level === 'debug' || level === 'trace';
  const lineOf = format === 'json' ? jsonLine : textLine;
  const logger =
    level === 'silent'
      ? new DefaultLogger('ERROR', () => undefined)
      : new DefaultLogger(TEMPORAL_LEVELS[level], (entry) => {
          if (!entry.message.startsWith(ONE_QUEUE_A_PHASE)) say(lineOf(entry, showStack));
        });
  const prometheus = { bindAddress: `127.0.0.1:${sdkMetricsPort}`, countersTotalSuffix: true, unitSuffix: true, useSecondsForDurations: true };
  Runtime.install({ logger, ...(sdkMetricsPort !== undefined && { telemetryOptions: { metrics: { prometheus } } }) });
}

function textLine({ level, timestampNanos, message, meta }: LogEntry, showStack: boolean): string {
  return `${timeOf(timestampNanos)} ${level} ${message}${meta ? ` ${JSON.stringify(meta, plainBy(showStack))}` : ''}`;
}

/** What is said of a job has its id as `jobId`: a workflow's id is its job's. */
function jsonLine({ level, timestampNanos, message, meta }: LogEntry, showStack: boolean): string {
  const { workflowId, ...rest } = (meta ?? {}) as Record<string, unknown>;
  const jobId = rest.jobId ?? workflowId;
  return JSON.stringify({ time: timeOf(timestampNanos), level: level.toLowerCase(), message, ...rest, ...(jobId !== undefined && { jobId }) }, plainBy(showStack));
}

function timeOf(timestampNanos: bigint): string {
  return new Date(Number(timestampNanos / 1_000_000n)).toISOString();
}

function plainBy(showStack: boolean): (key: string, value: unknown) => unknown {
  return (_key, value) => {
    if (typeof value === 'bigint') return String(value);
    if (!(value instanceof Error)) return value;
    return showStack && value.stack ? value.stack : `${value.name}: ${value.message}`;
  };
}
