/** Schema of a job's options: the ranges, each stated in the words of its problem. */
import { z } from 'zod';
import type { JobOptions } from '../domain/ingestion-input';
import { JOB_PHASES } from '../domain/job-phase';
import { jobIdSchema } from './names';
import { storableText } from './text-schema';

const DAY_SECONDS = 86_400;

const whole = (minimum: number, maximum: number) => {
  const range = `must be a whole number from ${minimum} to ${maximum}`;
  return z.int(range).min(minimum, range).max(maximum, range);
};
const flag = z.boolean('must be true or false');

const concurrencySchema = z.partialRecord(z.enum(JOB_PHASES), whole(1, 64), 'must be an object with a number for each phase named');

const PROVIDERS = ['static', 'openai'];

export const embeddingSchema = embeddingSchemaFor([]);

function embeddingSchemaFor(ownProviders: readonly string[]) {
  const providers = [...PROVIDERS, ...ownProviders];
  const last = providers.at(-1);
  const provider = `must be ${providers.slice(0, -1).join(', ')} or ${last}`;
  return z.strictObject(
    {
      provider: z.enum(providers, provider),
      model: storableText(200).optional(),
      // The most that pgvector indexes (halfvec).
      dimensions: whole(1, 4_000).optional(),
    },
    'must be an object with a provider',
  );
}

/** By option, so that configuration and command line check single values by the same rules. */
export const jobOptionSchemas = {
  chunkTokens: whole(16, 8_192).optional(),
  chunkOverlap: whole(0, 4_095).optional(),
  batchDocuments: whole(1, 10_000).optional(),
  concurrency: concurrencySchema.optional(),
  maxFailures: whole(0, 1_000_000_000).optional(),
  maxAheadDocuments: whole(1, 1_000_000).optional(),
  allowMassRemoval: flag.optional(),
  verify: flag.optional(),
  providerPatienceSeconds: whole(0, 365 * DAY_SECONDS).optional(),
  maxTokens: whole(1, Number.MAX_SAFE_INTEGER).optional(),
  maxCost: z.number('must be a number above 0').positive('must be a number above 0').optional(),
  embedding: embeddingSchema.optional(),
  retryOf: jobIdSchema.optional(),
  onlyFailedOf: jobIdSchema.optional(),
} satisfies Record<keyof JobOptions, z.ZodType>;

export const jobOptionsSchema = jobOptionsSchemaFor([]);

/** @param ownProviders names of embedding providers that a user has added */
export function jobOptionsSchemaFor(ownProviders: readonly string[]) {
  const schemas = { ...jobOptionSchemas, embedding: embeddingSchemaFor(ownProviders).optional() };
  return z.strictObject(schemas, 'must be an object').refine(hasRoomBesideOverlap, {
    path: ['chunkOverlap'],
    message: 'must be less than half of chunkTokens',
    // Beside other problems too: every problem is named at once.
    when: ({ value }) => typeof value === 'object' && value !== null,
  });
}

/**
 * Whether an overlap leaves a chunk room for text of its own. With one of the two absent (it is the collection's) that can't be told: the
 * job's opening asks again, when it knows both.
 */
function hasRoomBesideOverlap({ chunkTokens, chunkOverlap }: { chunkTokens?: unknown; chunkOverlap?: unknown }): boolean {
  return typeof chunkTokens !== 'number' || typeof chunkOverlap !== 'number' || chunkOverlap < chunkTokens / 2;
}
