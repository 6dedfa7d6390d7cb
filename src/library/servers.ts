/** The servers of a program that uses Sluice as a library: those that are configured, or those of a running `sluice up`. None is started. */
import { loadConfig, type LogFormat, type LogLevel, type SluiceConfig } from '../config/config';
import type { TemporalConnectionOptions } from '../config/temporal-config';
import { SluiceError } from '../domain/errors';
import { findRunningServers } from '../embedded/servers';
import type { OpenAiAccess } from '../embedding/create-models';

export interface ServersOptions {
  /** The folder of which `.sluice/` and `sluice.config.*` count. Default: the current one. */
  folder?: string;
  /** DATABASE_URL, TEMPORAL_…, OPENAI_…. Default: the process's. */
  env?: Readonly<Record<string, string | undefined>>;
}

export interface FoundServers {
  databaseUrl: string;
  connection: TemporalConnectionOptions;
  namespace: string;
  openai: OpenAiAccess;
  providerRates: SluiceConfig['providerRates'];
  /** Of a worker; SLUICE_LOG_LEVEL and `sluice.config.*` set it. */
  logLevel: LogLevel;
  logFormat: LogFormat;
}

/** Rejects with SERVER_UNREACHABLE when none are configured and none run, with INVALID_INPUT for a wrong configuration. */
export async function getServers({ folder = process.cwd(), env = process.env }: ServersOptions): Promise<FoundServers> {
  const { databaseUrl, temporal, stateDir, logLevel, logFormat, providerRates } = loadConfig({ flags: {}, env, cwd: folder });
  const running = databaseUrl !== undefined && temporal.isConfigured ? undefined : await findRunningServers(stateDir);
  const found = { databaseUrl: databaseUrl ?? running?.databaseUrl, address: temporal.isConfigured ? temporal.address : running?.temporalAddress };
  if (found.databaseUrl === undefined || found.address === undefined) {
    throw new SluiceError('SERVER_UNREACHABLE', `No servers are configured and none run for ${stateDir}.`);
  }
  return {
    databaseUrl: found.databaseUrl,
    connection: { ...temporal.connection, address: found.address },
    namespace: temporal.namespace,
    openai: { apiKey: env.OPENAI_API_KEY, baseUrl: env.OPENAI_BASE_URL },
    providerRates,
    logLevel,
    logFormat,
  };
}
