import { Client, Connection, isGrpcServiceError } from '@temporalio/client';
import type { TemporalConnectionOptions } from '../config/temporal-config';
import { SluiceError } from '../domain/errors';
import { noNamespace } from './call-error';

const CONNECT_TIMEOUT_MS = 5_000;
const GRPC_NOT_FOUND = 5;

/** A client of the namespace. Rejects with SERVER_UNREACHABLE when nobody answers within 5 s. */
export async function connectClient(options: TemporalConnectionOptions, namespace: string): Promise<Client> {
  try {
    const connection = await Connection.connect({ ...options, connectTimeout: CONNECT_TIMEOUT_MS });
    return new Client({ connection, namespace });
  } catch (error) {
    throw new SluiceError('SERVER_UNREACHABLE', `Temporal does not answer at ${options.address}.`, { cause: error });
  }
}

/**
 * As {@link connectClient}, but connects with its first call: for commands that have an answer without Temporal too. Set deadlines. Nothing is
 * tried again by itself: who asks says "unreachable" at once, and the SDK's retry would go on, and throw, after the client is closed.
 */
export function lazyClient(options: TemporalConnectionOptions, namespace: string): Client {
  return new Client({ connection: Connection.lazy({ ...options, interceptors: [] }), namespace });
}

/** Rejects with INVALID_INPUT when the client's namespace does not exist: a worker would wait in it for ever. */
export async function checkNamespace(client: Client): Promise<void> {
  const { namespace } = client.options;
  try {
    await client.withDeadline(Date.now() + CONNECT_TIMEOUT_MS, () => client.workflowService.describeNamespace({ namespace }));
  } catch (error) {
    // Who may not ask may still work.
    if (!isGrpcServiceError(error) || (error.code as number) !== GRPC_NOT_FOUND) return;
    throw noNamespace(namespace, error);
  }
}
