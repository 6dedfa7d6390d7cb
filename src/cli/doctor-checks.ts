/** What `sluice doctor` looks at: each check says what it found, and what to do when that is not well. */
import type { SluiceConfig } from '../config/config';
import { ERROR_KINDS, type ErrorCode } from '../domain/errors';
import { toSluiceError } from '../service/server-error';

export interface Check {
  name: string;
  /** What was found, in a few words. */
  detail: string;
  /** Absent: all is well. */
  problem?: { code: ErrorCode; hint: string };
}

const OLDEST_NODE = [20, 19] as const;
/** So long a server may take to answer. */
const DEADLINE_MS = 3_000;

export function checkNode(version: string): Check {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isEnough = major > OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor >= OLDEST_NODE[1]);
  const check = { name: 'Node', detail: version };
  return isEnough ? check : { ...check, problem: { code: 'INVALID_INPUT', hint: `Use Node ${OLDEST_NODE.join('.')} or later.` } };
}

/** @param databaseUrl undefined: none is configured, none runs */
export async function checkDatabase(databaseUrl: string | undefined): Promise<Check> {
  const name = 'Postgres';
  if (databaseUrl === undefined) return notRunning(name);
  const { describeDatabase } = await import('../db/describe-database.js');
  try {
    const { version, vectorVersion, hasTables } = await describeDatabase(databaseUrl, DEADLINE_MS);
    const detail = `${version}, pgvector ${vectorVersion ?? 'not installed'}${hasTables ? '' : ', no tables yet'}`;
    if (hasTables) return { name, detail };
    return { name, detail, problem: { code: 'INVALID_INPUT', hint: 'Make the tables with `sluice migrate`.' } };
  } catch (error) {
    const { code, message, hint } = toSluiceError(error);
    return { name, detail: message, problem: { code, hint } };
  }
}

/** @param address undefined: none is configured, none runs */
export async function checkTemporal(config: SluiceConfig, address: string | undefined): Promise<Check> {
  const name = 'Temporal';
  if (address === undefined) return notRunning(name);
  const { lazyClient } = await import('../temporal/connect-client.js');
  const { namespace, connection } = config.temporal;
  const client = lazyClient({ ...connection, address }, namespace);
  try {
    const { serverVersion } = await client.withDeadline(Date.now() + DEADLINE_MS, () => client.workflowService.getSystemInfo({}));
    await client.withDeadline(Date.now() + DEADLINE_MS, () => client.workflowService.describeNamespace({ namespace }));
    return { name, detail: `${serverVersion} at ${address}, namespace ${namespace}` };
  } catch (error) {
    const detail = `${address}, namespace ${namespace}: ${error instanceof Error ? error.message : String(error)}`;
    return { name, detail, problem: { code: 'SERVER_UNREACHABLE', hint: ERROR_KINDS.SERVER_UNREACHABLE.hint } };
  } finally {
    await client.connection.close();
  }
}

function notRunning(name: string): Check {
  return {
    name,
    detail: 'none configured, none running here',
    problem: { code: 'SERVER_UNREACHABLE', hint: ERROR_KINDS.SERVER_UNREACHABLE.hint },
  };
}
