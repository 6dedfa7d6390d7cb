/**
 * Every option, once. The key is its name in `sluice.config.*`; its flag and its environment variable are derived from the key, so that the
 * three can't drift apart: `chunkTokens`, `--chunk-tokens`, `SLUICE_CHUNK_TOKENS`.
 *
 * Not here: DATABASE_URL and Temporal's own variables, which other programs name; secrets of providers, which only the worker reads; what
 * belongs to one command alone (`--detach`), which is that command's flag.
 */
import { z } from 'zod';
import { JOB_PHASES } from '../domain/job-phase';
import { embeddingSchema, jobOptionSchemas } from '../input/job-options-schema';

export const LOG_FORMATS = ['text', 'json'] as const;

export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'silent'] as const;

/** How text from a flag or the environment becomes a value. `concurrency`: PHASE=N, several with commas. `phases`: P,P. `texts`: several with commas. */
export type OptionKind = 'text' | 'number' | 'switch' | 'concurrency' | 'phases' | 'texts';

export interface OptionDefinition {
  readonly kind: OptionKind;
  /** What a flag's value is called in the help; none for a switch. */
  readonly placeholder?: string;
  readonly help: string;
  /** Commands with the group take the option as a flag. job: what starts jobs. worker: what runs one. api: what serves HTTP. logging: all. */
  readonly group: 'job' | 'worker' | 'api' | 'logging';
  readonly schema: z.ZodType;
}

const phases = z.array(z.enum(JOB_PHASES, `must be of ${JOB_PHASES.join(', ')}`), 'must be a list of phases').min(1, 'must name a phase');

const text = z.string('must be text').min(1, 'must not be empty');
const port = z.int('must be a whole number from 0 to 65535').min(0, 'must be a whole number from 0 to 65535').max(65_535, 'must be a whole number from 0 to 65535');
const perMinute = z.number('must be a number above 0').positive('must be a number above 0');
const url = z.string('must be text').regex(/^https?:\/\/\S*[^/\s]$/, 'must be a URL without a slash at its end, such as https://example.org');
const origin = z.string('must be text').regex(/^https?:\/\/[^/\s]+$/, 'must be an origin such as https://example.org');

export const OPTIONS = {
  embeddingProvider: {
    kind: 'text',
    placeholder: 'name',
    group: 'job',
    help: 'static (in this process, English) or openai (any compatible server)',
    schema: embeddingSchema.shape.provider,
  },
  embeddingModel: { kind: 'text', placeholder: 'name', group: 'job', help: "the provider's model", schema: embeddingSchema.shape.model },
  embeddingDimensions: {
    kind: 'number',
    placeholder: 'n',
    group: 'job',
    help: 'components of a vector, where the model lets you choose',
    schema: embeddingSchema.shape.dimensions,
  },
  chunkTokens: { kind: 'number', placeholder: 'n', group: 'job', help: 'size of a chunk in tokens', schema: jobOptionSchemas.chunkTokens },
  chunkOverlap: {
    kind: 'number',
    placeholder: 'n',
    group: 'job',
    help: 'tokens that a chunk repeats of the one before',
    schema: jobOptionSchemas.chunkOverlap,
  },
  batchDocuments: {
    kind: 'number',
    placeholder: 'n',
    group: 'job',
    help: 'documents in a batch, at most',
    schema: jobOptionSchemas.batchDocuments,
  },
  concurrency: {
    kind: 'concurrency',
    placeholder: 'PHASE=n',
    group: 'job',
    help: 'batches at work at once in a phase',
    schema: jobOptionSchemas.concurrency,
  },
  maxFailures: {
    kind: 'number',
    placeholder: 'n',
    group: 'job',
    help: 'fail the job when more documents than this fail',
    schema: jobOptionSchemas.maxFailures,
  },
  maxAheadDocuments: {
    kind: 'number',
    placeholder: 'n',
    group: 'job',
    help: 'documents that are loaded ahead of the index, at most',
    schema: jobOptionSchemas.maxAheadDocuments,
  },
  allowMassRemoval: {
    kind: 'switch',
    group: 'job',
    help: 'remove documents even when most of the source has vanished',
    schema: jobOptionSchemas.allowMassRemoval,
  },
  verify: {
    kind: 'switch',
    group: 'job',
    help: 'read every document, even when size and time say that it has not changed',
    schema: jobOptionSchemas.verify,
  },
  providerPatienceSeconds: {
    kind: 'number',
    placeholder: 'n',
    group: 'job',
    help: 'how long an outage of the embedding provider is waited for',
    schema: jobOptionSchemas.providerPatienceSeconds,
  },
  maxTokens: {
    kind: 'number',
    placeholder: 'n',
    group: 'job',
    help: 'pause when this many tokens have been sent to the provider',
    schema: jobOptionSchemas.maxTokens,
  },
  maxCost: {
    kind: 'number',
    placeholder: 'amount',
    group: 'job',
    help: "pause when this much has been spent, in US dollars by list price",
    schema: jobOptionSchemas.maxCost,
  },
  phases: {
    kind: 'phases',
    placeholder: 'P,…',
    group: 'worker',
    help: 'the phases that this worker serves (default: all)',
    schema: phases,
  },
  embeddingRequestsPerMinute: {
    kind: 'number',
    placeholder: 'n',
    group: 'worker',
    help: 'requests to the embedding provider in a minute, at most, by all workers together',
    schema: perMinute,
  },
  embeddingTokensPerMinute: {
    kind: 'number',
    placeholder: 'n',
    group: 'worker',
    help: 'tokens sent to the embedding provider in a minute, at most, by all workers together',
    schema: perMinute,
  },
  metricsAddress: {
    kind: 'text',
    placeholder: 'host:port',
    group: 'worker',
    help: 'where a worker serves its metrics to Prometheus (default: nowhere)',
    schema: z.string('must be text').regex(/^(.+:)?\d{1,5}$/, 'must be host:port'),
  },
  temporalUiUrl: { kind: 'text', placeholder: 'url', group: 'api', help: "where Temporal's Web UI is, for links to workflows (default: that of the embedded server)", schema: url },
  dashboardUrl: { kind: 'text', placeholder: 'url', group: 'worker', help: 'where the dashboard is, for links from workflows to it (default: that of the same `up`)', schema: url },
  host: { kind: 'text', placeholder: 'address', group: 'api', help: 'where the HTTP API listens (default: 127.0.0.1)', schema: text },
  port: { kind: 'number', placeholder: 'n', group: 'api', help: 'port of the HTTP API (default: 7070; 0: any that is free)', schema: port },
  sourceRoots: {
    kind: 'texts',
    placeholder: 'folder,…',
    group: 'api',
    help: 'folders under which a source must lie to be ingested over HTTP (default: the current one)',
    schema: z.array(text, 'must be a list of folders').min(1, 'must name a folder'),
  },
  corsOrigins: {
    kind: 'texts',
    placeholder: 'origin,…',
    group: 'api',
    help: 'origins whose pages may use the HTTP API with a key (default: none)',
    schema: z.array(origin, 'must be a list of origins'),
  },
  logLevel: {
    kind: 'text',
    placeholder: 'level',
    group: 'logging',
    help: LOG_LEVELS.join(', '),
    schema: z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`),
  },
  logFormat: {
    kind: 'text',
    placeholder: 'format',
    group: 'logging',
    help: LOG_FORMATS.join(' or '),
    schema: z.enum(LOG_FORMATS, `must be one of ${LOG_FORMATS.join(', ')}`),
  },
  debug: { kind: 'switch', group: 'logging', help: 'show stack traces of errors', schema: z.boolean('must be true or false') },
} as const satisfies Record<string, OptionDefinition>;

export type OptionKey = keyof typeof OPTIONS;

export const OPTION_KEYS = Object.keys(OPTIONS) as OptionKey[];

export function optionDefinition(key: OptionKey): OptionDefinition {
  return OPTIONS[key];
}

/** `chunkTokens` → `--chunk-tokens` */
export function flagOf(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** `chunkTokens` → `SLUICE_CHUNK_TOKENS` */
export function variableOf(key: string): string {
  return `SLUICE_${key.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}
