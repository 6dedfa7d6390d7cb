/** Schemas of what stands in a request's path and query. */
import { z } from '@hono/zod-openapi';
import { collectionNameSchema, jobIdSchema } from '../../input/names';

const LIMIT = 'must be a whole number from 1 to 1000';

/** Of a page. */
export const limitSchema = z
  .string()
  .regex(/^[0-9]{1,4}$/, LIMIT)
  .transform(Number)
  .pipe(z.int(LIMIT).min(1, LIMIT).max(1_000, LIMIT))
  .optional()
  .openapi({ param: { schema: { type: 'integer', minimum: 1, maximum: 1_000, default: 50 } } });

export const jobParams = z.object({ jobId: jobIdSchema });
export const collectionParams = z.object({ name: collectionNameSchema });

/** What Postgres can store: no NUL. */
export function textSchema(maxLength: number) {
  return z
    .string('must be text')
    .min(1, 'must not be empty')
    .max(maxLength, `must have at most ${maxLength} characters`)
    .regex(/^[^\u0000]*$/, 'must not hold NUL characters');
}
