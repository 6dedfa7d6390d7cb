import { DefaultLogger, Runtime } from '@temporalio/worker';
import { pino } from 'pino';
import type { LogLevel } from '../config/config';

/**
 * Sets up the SDK's native part, once a process and before any connection: its words and those of workflows and activities go to standard
 * error as JSON lines, from `level` on.
 */
export function installRuntime(level: LogLevel): void {
  const logs = pino({ level, base: undefined, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination({ dest: 2, sync: true }));
  const logger = new DefaultLogger('TRACE', ({ level: of, message, meta }) => {
    // Said of every queue that serves a phase only: as it is meant.
    if (message.startsWith('No workflows registered')) return;
    const method = of === 'TRACE' || of === 'DEBUG' ? 'debug' : of === 'INFO' ? 'info' : of === 'WARN' ? 'warn' : 'error';
    logs[method]({ ...meta }, message);
  });
  Runtime.install({ logger, shutdownSignals: [], telemetryOptions: { logging: { forward: {}, filter: { core: 'WARN', other: 'WARN' } } } });
}
