import { sql, type Transaction } from 'kysely';
import type { Db } from './connect';
import type { Database } from './schema';

/**
 * Runs a transaction whose statement at work is cancelled in the server when the signal is aborted: the transaction rolls back and the
 * returned promise rejects with the signal's reason. Without this, a pause would wait for a statement of many seconds.
 */
export async function cancellableTransaction<T>(db: Db, signal: AbortSignal, work: (trx: Transaction<Database>) => Promise<T>): Promise<T> {
  return withCancel(db, signal, (connection) => connection.transaction().execute(work));
}

/** As {@link cancellableTransaction}, outside a transaction: for statements that can't run in one. */
export async function withCancel<T>(db: Db, signal: AbortSignal, work: (connection: Db) => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  return db.connection().execute(async (connection) => {
    const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(connection);
    let cancelling: Promise<unknown> | undefined;
    const cancel = () => {
      cancelling ??= sql`select pg_cancel_backend(${rows[0]!.pid})`.execute(db).catch(() => undefined);
    };
    signal.addEventListener('abort', cancel, { once: true });
    if (signal.aborted) cancel();
    try {
      return await work(connection);
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    } finally {
      signal.removeEventListener('abort', cancel);
      // The connection goes back to the pool: the cancel must have hit this work and nothing after it.
      await cancelling;
    }
  });
}
