/** Checks what starts a job, from whoever it comes: the service, the API, and the workflow's opening for starts from elsewhere. */
import { z } from 'zod';
import { SluiceError } from '../domain/errors';
import type { IngestionInput } from '../domain/ingestion-input';
import { JOB_PHASES } from '../domain/job-phase';
import { jobOptionSchemas, jobOptionsSchema, jobOptionsSchemaFor } from './job-options-schema';
import { collectionNameSchema } from './names';
import { NO_OWN_KINDS, type OwnKinds } from './own-kinds';
import { problemsOf } from './problems';
import { ownSourceSchema, SOURCE_KINDS, sourceSchema } from './source-schema';

export const ingestionInputSchema = z.strictObject(
  { collection: collectionNameSchema, source: sourceSchema, options: jobOptionsSchema.optional() } satisfies Record<
    keyof IngestionInput,
    z.ZodType
  >,
  'must be an object with collection and source',
);

/** Compiles only while schema and domain type are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
type Flat<T> = T extends object ? { [K in keyof T]: Flat<T[K]> } : T;
true satisfies Same<Flat<z.infer<typeof ingestionInputSchema>>, Flat<IngestionInput>>;

const KNOWN_KEYS: Record<string, readonly string[]> = {
  '': Object.keys(ingestionInputSchema.shape),
  options: Object.keys(jobOptionSchemas),
  'options.concurrency': JOB_PHASES,
  'options.embedding': ['provider', 'model', 'dimensions'],
};

/**
 * The input, when all of it is valid; throws INVALID_INPUT with every problem named by its path, a sentence each.
 * Nothing is filled in: what is absent stays absent.
 * @param own kinds that a user has added; a source of one is typed as one of ours, for to all but its reader a source is opaque
 */
export function parseIngestionInput(value: unknown, own: OwnKinds = NO_OWN_KINDS): IngestionInput {
  const kind = (value as { source?: { kind?: unknown } | null } | null | undefined)?.source?.kind;
  const ownFields = typeof kind === 'string' ? own.sources.get(kind) : undefined;
  const source = ownFields ? ownSourceSchema(kind as string, ownFields) : sourceSchema;
  const schema = ingestionInputSchema.extend({ source, options: jobOptionsSchemaFor(own.providers).optional() });
  const result = schema.safeParse(value);
  const problems = result.success ? [] : problemsOf(result.error, value, keysAt).map((problem) => withKinds(problem, own));
  problems.push(...userInfoProblems(value));
  if (result.success && problems.length === 0) return result.data as IngestionInput;
  throw new SluiceError('INVALID_INPUT', problems.join('\n'));

  function keysAt(path: string): readonly string[] {
    if (path !== 'source') return KNOWN_KEYS[path] ?? [];
    if (ownFields) return Object.keys(ownFields);
    return Object.keys(sourceSchema.options.find((option) => option.shape.kind.value === kind)?.shape ?? {});
  }
}

function withKinds(problem: string, own: OwnKinds): string {
  if (!problem.startsWith('source.kind ')) return problem;
  return `source.kind must be a kind of source that there is: ${[...new Set([...SOURCE_KINDS, ...own.sources.keys()])].join(', ')}.`;
}

/** Whatever the kind: a password in a URL would be stored, shown and logged with the job. */
function userInfoProblems(value: unknown): string[] {
  const source = (value as { source?: unknown } | null | undefined)?.source;
  if (typeof source !== 'object' || source === null) return [];
  return Object.entries(source)
    .filter(([, text]) => typeof text === 'string' && hasUserInfo(text))
    .map(([key]) => `source.${key} must not hold a user name or password: name the worker's environment variable that does.`);
}

function hasUserInfo(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { username, password } = new URL(text);
  return username !== '' || password !== '';
}
