import { Client, Connection } from '@temporalio/client';
import type { TemporalConnectionOptions } from '../config/temporal-config';
import { SluiceError } from '../domain/errors';

const CONNECT_TIMEOUT_MS = 5_000;

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
