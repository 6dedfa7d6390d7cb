/** PostgreSQL's classes of errors that say "not now": connection, resources, operator intervention, and conflicts between transactions. */
const PASSING_CLASSES = ['08', '40', '53', '55', '57', '58'];

/** What the system says when the server is not there. */
const PASSING_SYSTEM_CODES = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'];

/** Without a code: what pg says of a connection that broke or could not be made. */
const PASSING_MESSAGES = /connection terminated|timeout exceeded when trying to connect|client has encountered a connection error|not queryable/i;

/** Whether an error of the database passes by itself when it is back. */
export function isServerAway(error: unknown): boolean {
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  if (typeof code === 'string' && (PASSING_SYSTEM_CODES.includes(code) || (code.length === 5 && PASSING_CLASSES.includes(code.slice(0, 2))))) return true;
  return typeof message === 'string' && PASSING_MESSAGES.test(message);
}

/** Whether the database refuses the data itself: trying the same again gives the same. */
export function isRefusedData(error: unknown): boolean {
  const { code } = (error ?? {}) as { code?: unknown };
  return typeof code === 'string' && code.length === 5 && (code.startsWith('22') || code.startsWith('54'));
}
