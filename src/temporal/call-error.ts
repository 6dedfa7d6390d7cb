/** What became of a call to Temporal that got no answer, or was refused, in Sluice's words. */
import { NamespaceNotFoundError, type Client } from '@temporalio/client';
import { SluiceError } from '../domain/errors';

/** gRPC: invalid argument, permission denied, unauthenticated. */
const REFUSALS = [3, 7, 16];
const DEADLINE_EXCEEDED = 4;

/** @param error what a method of the client rejected with, no error of the workflow's own @param deadlineMs how long was waited */
export function temporalCallError(client: Client, error: unknown, deadlineMs: number): SluiceError {
  if (error instanceof NamespaceNotFoundError) return noNamespace(error.namespace, error);
  const { code, details } = grpcErrorOf(error);
  if (code !== undefined && REFUSALS.includes(code)) {
    return new SluiceError('INVALID_INPUT', `Temporal refuses us: ${details}`, { hint: 'Check TEMPORAL_NAMESPACE, TEMPORAL_ADDRESS and TEMPORAL_API_KEY.', cause: error });
  }
  const address = (client.connection as { options?: { address?: string } }).options?.address;
  const refused = /connect E[A-Z]+/.exec(details)?.[0];
  const why = refused ?? (code === DEADLINE_EXCEEDED ? `nothing within ${deadlineMs / 1_000} s` : details);
  return new SluiceError('SERVER_UNREACHABLE', `Temporal does not answer${address ? ` at ${address}` : ''}: ${why}.`, { cause: error });
}

export function noNamespace(namespace: string, cause: unknown): SluiceError {
  return new SluiceError('INVALID_INPUT', `Temporal has no namespace ${JSON.stringify(namespace)}.`, { hint: 'Check TEMPORAL_NAMESPACE, or create the namespace.', cause });
}

/** The client wraps it in errors of its own. */
function grpcErrorOf(error: unknown): { code?: number; details: string } {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'number' && 'details' in at) return { code: at.code, details: String(at.details) };
  }
  return { details: error instanceof Error ? error.message : String(error) };
}
