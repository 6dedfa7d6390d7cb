/**
 * Opens the servers for a command: those that are configured, those that run for this folder, or new ones. Everything heavy is imported
 * when it is needed, so that `--help` and a mistyped flag answer at once.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { areServersConfigured, type SluiceConfig } from '../config/config';
import type { TemporalConnectionOptions } from '../config/temporal-config';
import type { Environment } from '../config/settings';
import type { OpenAiAccess } from '../embedding/create-models';
import { SluiceError } from '../domain/errors';
import { JOB_PHASES } from '../domain/job-phase';
import type { CliIo } from './cli-io';
import type { OpenServers, ServerAddresses, ServerSession } from './context';
import { keepWorkerSmall } from './worker-memory';
import { announceWorker, hasAnnouncedWorker } from './worker-presence';

const CONNECT_TIMEOUT_MS = 5_000;
const CLOSE_PATIENCE_MS = 500;

export const openServers: OpenServers = async (config, io, { mayStart, needsDatabaseOnly }) => {
  const { acquireServers, findRunningServers, hasServerData } = await import('../embedded/servers.js');
  const { databaseUrl, temporal, stateDir } = config;
  const areConfigured = areServersConfigured(config);
  const temporalAddress = temporal.isConfigured ? temporal.address : undefined;
  if (mayStart || areConfigured) {
    const servers = await acquireServers({ stateDir, databaseUrl, temporalAddress, namespace: temporal.namespace, say: io.say, mayStart });
    try {
      if (!areConfigured) await migrate(servers.databaseUrl);
      return await openSession(config, io, servers, () => servers.release());
    } catch (error) {
      await servers.release();
      throw error;
    }
  }
  // Only looked for, not held: a question must not keep another process from stopping its servers.
  const running = await findRunningServers(stateDir);
  if (needsDatabaseOnly && (databaseUrl ?? running?.databaseUrl) === undefined && (await hasServerData(stateDir))) {
    // Temporal's address is given, so that none is started; nobody need answer there.
    const servers = await acquireServers({ stateDir, temporalAddress: temporal.address, namespace: temporal.namespace, say: io.say, mayStart: true });
    return openSession(config, io, servers, () => servers.release());
  }
  const addresses = {
    databaseUrl: databaseUrl ?? running?.databaseUrl,
    temporalAddress: temporalAddress ?? running?.temporalAddress ?? (needsDatabaseOnly ? temporal.address : undefined),
  };
  if (addresses.databaseUrl === undefined || addresses.temporalAddress === undefined) throw noServers(stateDir);
  const found = {
    databaseUrl: addresses.databaseUrl,
    temporalAddress: addresses.temporalAddress,
    namespace: temporal.namespace,
    temporalUiUrl: running?.temporalUiUrl,
  };
  return openSession(config, io, found, async () => undefined);
};

/** The database of commands that need no Temporal. Rejects with SERVER_UNREACHABLE. */
export async function getDatabaseUrl({ databaseUrl, stateDir }: SluiceConfig): Promise<string> {
  if (databaseUrl !== undefined) return databaseUrl;
  const { findRunningServers } = await import('../embedded/servers.js');
  const running = await findRunningServers(stateDir);
  if (running?.databaseUrl === undefined) throw noServers(stateDir);
  return running.databaseUrl;
}

async function openSession(
  config: SluiceConfig,
  io: CliIo,
  addresses: ServerAddresses,
  release: () => Promise<void>,
): Promise<ServerSession> {
  const [
    { lazyClient },
    { connect },
    { createComputePool },
    { createEmbeddingModels },
    { createParserPool },
    { createSourceReaders },
    { createIngestionService },
    { openTracing },
  ] = await Promise.all([
    import('../temporal/connect-client.js'),
    import('../db/connect.js'),
    import('../compute/compute-pool.js'),
    import('../embedding/create-models.js'),
    import('../parsing/child-process-pool.js'),
    import('../sources/source-readers.js'),
    import('../service/create-ingestion-service.js'),
    import('../tracing/open-tracing.js'),
  ]);
  const connection = { ...config.temporal.connection, address: addresses.temporalAddress };
  const openai = openAiAccess(io.env);
  const client = lazyClient(connection, addresses.namespace);
  const db = connect(addresses.databaseUrl, { maxConnections: 4, connectTimeoutMs: CONNECT_TIMEOUT_MS });
  const compute = createComputePool();
  const parsers = createParserPool();
  const models = createEmbeddingModels({ compute, openai, providers: [] });
  const tracing = await openTracing(io.env);
  const { namespace, databaseUrl } = addresses;
  const areConfigured = areServersConfigured(config);

  return {
    service: createIngestionService({ client, db, models, readers: createSourceReaders({ parsers }), tracing }),
    addresses,
    areConfigured,
    hasLastingWorker: () => hasAnnouncedWorker(config.stateDir),
    async startWorker({ isLasting, metrics, dashboardUrl }) {
      await checkServers(addresses, connection);
      keepWorkerSmall();
      const [{ createWorker }, { installWorkerRuntime }, { findFreePort, LOOPBACK }] = await Promise.all([
        import('../temporal/worker.js'),
        import('../temporal/worker-runtime.js'),
        import('../embedded/ports.js'),
      ]);
      // What goes amiss with the job is shown with the job; a worker of one command tells only what it can't bear.
      const sdkMetricsPort = metrics && (await findFreePort());
      installWorkerRuntime({ level: isLasting || config.settings.logLevel ? config.logLevel : 'error', format: config.logFormat, say: io.say, sdkMetricsPort });
      if (sdkMetricsPort !== undefined) metrics?.addSdk(`http://${LOOPBACK}:${sdkMetricsPort}/metrics`);
      const worker = await createWorker({ client, connection, namespace, databaseUrl, phases: config.phases, openai, providerRates: config.providerRates, observer: metrics?.observeWork(), tracing, dashboardUrl });
      // Others may rely on one that does everything.
      if (!isLasting || areConfigured || config.phases.length < JOB_PHASES.length) return worker;
      const withdraw = await announceWorker(config.stateDir);
      return { ended: worker.ended, shutdown: () => withdraw().then(() => worker.shutdown()) };
    },
    async close() {
      await tracing?.close();
      const closed = Promise.allSettled([client.connection.close(), db.destroy(), compute.close(), parsers.close()]);
      // A connection to a database that is silent may still be in the making: the process ends without it.
      await Promise.race([closed, sleep(CLOSE_PATIENCE_MS, undefined, { ref: false })]);
      await release();
    },
  };
}

/** A worker on servers that don't answer would try for long, and say little: rejects with SERVER_UNREACHABLE, or tells to migrate. */
async function checkServers({ databaseUrl, namespace }: ServerAddresses, connection: TemporalConnectionOptions): Promise<void> {
  const [{ checkNamespace, connectClient }, { describeDatabase }] = await Promise.all([
    import('../temporal/connect-client.js'),
    import('../db/describe-database.js'),
  ]);
  const client = await connectClient(connection, namespace);
  try {
    await checkNamespace(client);
  } finally {
    await client.connection.close();
  }
  const { hasTables } = await describeDatabase(databaseUrl, CONNECT_TIMEOUT_MS);
  if (!hasTables)
    throw new SluiceError('INVALID_INPUT', "The database has none of Sluice's tables.", { hint: 'Make them with `sluice migrate`.' });
}

async function migrate(databaseUrl: string): Promise<void> {
  const { migrateToLatest } = await import('../db/migrate.js');
  await migrateToLatest(databaseUrl);
}

/** The provider's secrets: read here, where a worker is put together, and nowhere else. */
function openAiAccess(env: Environment): OpenAiAccess {
  return { apiKey: env.OPENAI_API_KEY, baseUrl: env.OPENAI_BASE_URL };
}

function noServers(stateDir: string): SluiceError {
  return new SluiceError('SERVER_UNREACHABLE', `No servers are configured and none run for ${stateDir}.`);
}
