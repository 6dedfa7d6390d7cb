/** The HTTP API of `serve` and `up`. */
import type { RunningApi } from '../api/start-api';
import type { ProcessMetrics } from '../metrics/process-metrics';
import type { CommandContext, ServerSession } from './context';

const DEFAULT_PORT = 7070;

/** Rejects with INVALID_INPUT when it can't listen. The caller closes it before the session. */
export async function startCliApi({ io, config, version }: CommandContext, session: ServerSession, metrics: ProcessMetrics): Promise<RunningApi> {
  const { startApi } = require('../api/start-api') as typeof import('../api/start-api');
  metrics.askState(() => session.service.workAtHand());
  const { host, port, sourceRoots, corsOrigins, keys } = config.api;
  return startApi({
    service: session.service,
    stateDir: config.stateDir,
    sourceRoots,
    corsOrigins,
    metrics,
    namespace: session.addresses.namespace,
    temporalUiUrl: config.temporalUiUrl ?? session.addresses.temporalUiUrl,
    apiKeys: keys,
    host,
    port: port ?? DEFAULT_PORT,
    // Several folders may each have their `up`; who named a port relies on it.
    mayTakeAnotherPort: port === undefined,
    version,
    logError: (error) => io.say(`HTTP API: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`),
  });
}
