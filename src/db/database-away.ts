/** What is said when the database's server, or the way to it, is not there. */

const SYSTEM_CODES = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'];

/** PostgreSQL: going down, coming up, too many connections. Those of class 08 are all about the connection. */
const POSTGRES_CODES = ['57P01', '57P02', '57P03', '53300'];

/** Without a code: what the driver says of a connection that broke or could not be made. */
const DRIVER_MESSAGES = /connection terminated|timeout exceeded when trying to connect|client has encountered a connection error|not queryable/i;

export function isDatabaseAway(error: unknown): boolean {
  // Several addresses of one host were tried: the first tells.
  if (error instanceof AggregateError && error.errors.length > 0) return isDatabaseAway(error.errors[0]);
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  if (typeof code === 'string' && (SYSTEM_CODES.includes(code) || POSTGRES_CODES.includes(code) || (code.length === 5 && code.startsWith('08')))) return true;
  return typeof message === 'string' && DRIVER_MESSAGES.test(message);
}
