import { isDatabaseAway } from '../src/db/database-away';

/** PostgreSQL's classes of errors that say "not now": conflicts between transactions, resources, operator intervention. */
const PASSING_CLASSES = ['40', '53', '55', '57', '58'];

/** Of a class that says something else: it takes no writes now (a standby before it is promoted, a managed server whose disk is full), it ended a transaction that waited. */
const PASSING_CODES = ['25006', '25P03'];

/** Whether an error of the database passes by itself. */
export function isServerAway(error: unknown): boolean {
  return isDatabaseAway(error) || PASSING_CLASSES.includes(classOf(error)) || PASSING_CODES.includes(codeOf(error));
}

/** Whether the database refuses the data itself: trying the same again gives the same. */
export function isRefusedData(error: unknown): boolean {
  return ['22', '54'].includes(classOf(error));
}

/** The first two characters of an SQLSTATE; empty for any other error. */
function classOf(error: unknown): string {
  return codeOf(error).slice(0, 2);
}

/** An SQLSTATE; empty for any other error. */
function codeOf(error: unknown): string {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' && code.length === 5 ? code : '';
}
