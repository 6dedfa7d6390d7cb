/** The configuration of one command or worker: flags over environment over `sluice.config.{ts,js,json}`. */
import path from 'node:path';
import { SluiceError } from '../domain/errors';
import type { EmbeddingChoice, JobOptions } from '../domain/ingestion-input';
import { JOB_PHASES, type JobPhase } from '../domain/job-phase';
import { jobOptionSchemas } from '../input/job-options-schema';
import { findConfigFile } from './config-file';
import type { LOG_FORMATS, LOG_LEVELS } from './options';
import { readSettings, type Environment, type Flags, type Setting, type Settings } from './settings';
import { readTemporalConfig, type TemporalConfig } from './temporal-config';

export type LogFormat = (typeof LOG_FORMATS)[number];

export type LogLevel = (typeof LOG_LEVELS)[number];

export interface SluiceConfig {
  /** What jobs are started with: only what was set, so that the rest is the collection's or the default. */
  jobOptions: JobOptions;
  /** Phases that a worker serves. */
  phases: readonly JobPhase[];
  /** What the embedding provider may be sent by all workers together. */
  providerRates: { requestsPerMinute?: number; tokensPerMinute?: number };
  /** `host:port` where a worker serves its metrics; undefined: nowhere. */
  metricsAddress: string | undefined;
  /** Of Temporal's Web UI and of the dashboard, as others reach them; undefined: not said. */
  temporalUiUrl: string | undefined;
  dashboardUrl: string | undefined;
  logLevel: LogLevel;
  logFormat: LogFormat;
  debug: boolean;
  /** May hold a password: print it through {@link describeConfig} only. undefined: the embedded server. */
  databaseUrl: string | undefined;
  temporal: TemporalConfig;
  /** Absolute. Local state: embedded servers. */
  stateDir: string;
  /** Where the HTTP API listens, and what it may be asked for. */
  api: ApiConfig;
  /** Every option that was set, and where. */
  settings: Settings;
}

export interface ApiConfig {
  host: string;
  /** undefined: the default, or another when that is taken. */
  port: number | undefined;
  /** Absolute. */
  sourceRoots: readonly string[];
  corsOrigins: readonly string[];
  /** As SLUICE_API_KEYS has them: not for printing. */
  keys: string | undefined;
}

export interface ConfigSources {
  flags: Flags;
  env: Environment;
  /** Absolute: where `sluice.config.*` is looked for and `.sluice/` lies. */
  cwd: string;
}

/** Throws INVALID_INPUT, each problem naming the flag, variable or file that it came from. */
export function loadConfig({ flags, env, cwd }: ConfigSources): SluiceConfig {
  const settings = readSettings(flags, env, findConfigFile(cwd));
  return {
    jobOptions: jobOptionsOf(settings),
    phases: valueOf<JobPhase[]>(settings.phases) ?? JOB_PHASES,
    providerRates: {
      requestsPerMinute: valueOf<number>(settings.embeddingRequestsPerMinute),
      tokensPerMinute: valueOf<number>(settings.embeddingTokensPerMinute),
    },
    metricsAddress: valueOf<string>(settings.metricsAddress),
    temporalUiUrl: valueOf<string>(settings.temporalUiUrl),
    dashboardUrl: valueOf<string>(settings.dashboardUrl),
    logLevel: valueOf<LogLevel>(settings.logLevel) ?? 'warn',
    logFormat: valueOf<LogFormat>(settings.logFormat) ?? 'text',
    debug: valueOf<boolean>(settings.debug) ?? false,
    databaseUrl: checkedDatabaseUrl(env.DATABASE_URL),
    temporal: readTemporalConfig(env),
    stateDir: path.join(cwd, '.sluice'),
    api: {
      host: valueOf<string>(settings.host) ?? '127.0.0.1',
      port: valueOf<number>(settings.port),
      sourceRoots: (valueOf<string[]>(settings.sourceRoots) ?? ['.']).map((root) => path.resolve(cwd, root)),
      corsOrigins: valueOf<string[]>(settings.corsOrigins) ?? [],
      keys: env.SLUICE_API_KEYS || undefined,
    },
    settings,
  };
}

/** Whether both servers are the user's own: none is looked for or started. */
export function areServersConfigured({ databaseUrl, temporal }: SluiceConfig): boolean {
  return databaseUrl !== undefined && temporal.isConfigured;
}

/** Lines `name`, `value`, `origin` for people: every option that was set, and the servers, without passwords and keys. */
export function describeConfig(config: SluiceConfig): { name: string; value: string; origin: string }[] {
  const { databaseUrl, temporal, stateDir, settings } = config;
  return [
    { name: 'database', value: databaseUrl ? withoutPassword(databaseUrl) : 'embedded', origin: databaseUrl ? 'DATABASE_URL' : 'default' },
    {
      name: 'temporal',
      value: temporal.isConfigured ? `${temporal.address}, namespace ${temporal.namespace}` : 'embedded',
      origin: temporal.isConfigured ? 'TEMPORAL_…' : 'default',
    },
    { name: 'state', value: stateDir, origin: 'default' },
    ...Object.entries(settings).map(([name, { value, origin }]) => ({
      name,
      value: typeof value === 'string' ? value : JSON.stringify(value),
      origin,
    })),
  ];
}

/** The URL as it may be shown. */
function withoutPassword(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  if (url.password) url.password = '***';
  for (const name of ['password', 'sslpassword']) if (url.searchParams.has(name)) url.searchParams.set(name, '***');
  return url.href;
}

function jobOptionsOf(settings: Settings): JobOptions {
  const options: Record<string, unknown> = {};
  for (const key of Object.keys(jobOptionSchemas)) {
    const setting = settings[key as keyof Settings];
    if (setting) options[key] = setting.value;
  }
  const provider = valueOf<EmbeddingChoice['provider']>(settings.embeddingProvider);
  if (provider) {
    const [model, dimensions] = [valueOf<string>(settings.embeddingModel), valueOf<number>(settings.embeddingDimensions)];
    options.embedding = {
      provider,
      ...(model !== undefined && { model }),
      ...(dimensions !== undefined && { dimensions }),
    } satisfies EmbeddingChoice;
  }
  return options as JobOptions;
}

function checkedDatabaseUrl(url: string | undefined): string | undefined {
  if (!url) return undefined;
  // The value is not repeated: it may hold a password.
  if (!URL.canParse(url) || !['postgres:', 'postgresql:'].includes(new URL(url).protocol)) {
    throw new SluiceError('INVALID_INPUT', 'DATABASE_URL must be a URL such as postgres://user:password@host:5432/database.', {
      hint: 'Correct it, or unset it to use the embedded server.',
    });
  }
  return url;
}

function valueOf<T>(setting: Setting | undefined): T | undefined {
  return setting?.value as T | undefined;
}
