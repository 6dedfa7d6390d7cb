/** A worker in a user's program, with what the user adds to Sluice. */
import type { JobPhase } from '../domain/job-phase';
import type { EmbeddingProvider } from '../embedding/provider';
import type { OwnSourceReader } from '../sources/source-reader';
import type { RunningWorker } from '../temporal/worker';
import type { ServersOptions } from './servers';

export interface OwnParts {
  /** Readers of further kinds of source. */
  sources?: readonly OwnSourceReader[];
  /** Further embedding providers. */
  providers?: readonly EmbeddingProvider[];
}

export interface CreateWorkerOptions extends OwnParts, ServersOptions {
  /** Paths or package names of modules, each with a {@link Parser} or a list of them as its default export: they run in the parser children. */
  parsers?: readonly string[];
  /** Phases whose activities this worker does. Default: all. */
  phases?: readonly JobPhase[];
}

/**
 * Starts a worker and answers when it works. Every worker of a job must have the parts that the job needs: beside others give these a
 * Temporal namespace of their own.
 * Rejects with SERVER_UNREACHABLE or INVALID_INPUT.
 */
export async function createWorker({ sources, parsers, providers, phases, ...servers }: CreateWorkerOptions = {}): Promise<RunningWorker> {
  // Late: a parser module that imports Sluice for its types of errors must not load all this into every parser child.
  const [{ getServers }, { checkNamespace, connectClient }, { createWorker: create }, { installWorkerRuntime }, { openTracing }] = await Promise.all([
    import('./servers.js'),
    import('../temporal/connect-client.js'),
    import('../temporal/worker.js'),
    import('../temporal/worker-runtime.js'),
    import('../tracing/open-tracing.js'),
  ]);
  const { databaseUrl, connection, namespace, openai, providerRates, logLevel, logFormat } = await getServers(servers);
  try {
    installWorkerRuntime({ level: logLevel, format: logFormat, say: (line) => void process.stderr.write(`${line}\n`) });
  } catch {
    // Temporal has one runtime a process, and the program has its own already, with the logging that it chose.
  }
  const tracing = await openTracing(servers.env ?? process.env);
  const client = await connectClient(connection, namespace);
  const worker = await checkNamespace(client)
    .then(() => create({ client, connection, namespace, databaseUrl, openai, providerRates, phases, sources, parsers, providers, tracing }))
    .catch(async (error: unknown) => {
      await client.connection.close();
      throw error;
    });
  return {
    ended: worker.ended,
    async shutdown() {
      try {
        await worker.shutdown();
      } finally {
        await tracing?.close();
        await client.connection.close();
      }
    },
  };
}
