/** Errors of Postgres and the network, as they reach the command line and the API, in Sluice's words. */
import { isDatabaseAway } from '../db/database-away';
import { SluiceError } from '../domain/errors';

/** Wrong password or role, no such database. */
const REFUSED = new Set(['28P01', '28000', '3D000']);
/** No such schema, table, column, type or function. */
const NO_SCHEMA = new Set(['3F000', '42P01', '42703', '42704', '42883']);

/** Any error as one with a code; an unexpected one is INTERNAL, with what it says of itself. */
export function toSluiceError(error: unknown): SluiceError {
  if (error instanceof SluiceError) return error;
  const code = codeOf(error);
  const said = messageOf(error);
  if (isDatabaseAway(error)) return new SluiceError('SERVER_UNREACHABLE', `Postgres does not answer: ${said}`, { cause: error });
  if (REFUSED.has(code))
    return new SluiceError('INVALID_INPUT', `The database refuses us: ${said}.`, { hint: 'Check DATABASE_URL.', cause: error });
  if (NO_SCHEMA.has(code)) {
    return new SluiceError('INVALID_INPUT', `The database lacks Sluice's tables, or has those of another version: ${said}.`, {
      hint: 'Bring it up to date with `sluice migrate`.',
      cause: error,
    });
  }
  return new SluiceError('INTERNAL', said, { cause: error });
}

function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}

function messageOf(error: unknown): string {
  // Several addresses of one host were tried: the first tells.
  if (error instanceof AggregateError && error.message === '') return messageOf(error.errors[0]);
  return error instanceof Error ? error.message || error.name : String(error);
}
