/** What jobs and collections may be called. */
import { z } from 'zod';
import { SluiceError } from '../domain/errors';

/** Lower case and short, so that a collection's name can be part of the names of its tables and indexes in Postgres. */
export const collectionNameSchema = z
  .string('must be text')
  .regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'must be 1 to 63 of a-z, 0-9, _ and -, and begin with a letter or digit');

/** A job's id is its workflow's id, and part of URLs. */
export const jobIdSchema = z.string('must be text').regex(/^[A-Za-z0-9._:-]{1,200}$/, 'must be 1 to 200 of A-Z, a-z, 0-9, . _ : and -');

/** Throws INVALID_INPUT. */
export function checkJobId(jobId: string): void {
  checkName('The job id', jobId, jobIdSchema);
}

/** Throws INVALID_INPUT. */
export function checkCollectionName(name: string): void {
  checkName('The name of the collection', name, collectionNameSchema);
}

function checkName(what: string, name: string, schema: z.ZodType): void {
  const issue = schema.safeParse(name).error?.issues[0];
  if (issue) throw new SluiceError('INVALID_INPUT', `${what} ${issue.message}: ${JSON.stringify(name.slice(0, 200))} is not.`);
}
