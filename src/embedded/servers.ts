/**
 * The servers a command works with: those it is given, those that run already for its state folder, or real ones started for it. Started
 * servers outlive a killed process and are found again; the last user to go stops them.
 */
import { SluiceError } from '../domain/errors';
import { openCacheFolder } from './cache-folder';
import { getPostgresBinDir } from './find-postgres';
import { getTemporalBinary } from './find-temporal';
import { withFolderLock } from './folder-lock';
import { addUser, removeUser } from './folder-users';
import { findClusterVersion } from './postgres-cluster';
import { ensurePostgres, findPostgresUrl, stopPostgres } from './postgres-server';
import { findServerFolder, lockFolder, makeStateFolder, openServerFolder, type ServerFolder, usersFolder } from './state-folder';
import { ensureTemporal, findListeningTemporal, stopTemporal } from './temporal-server';

export type ServerName = 'postgres' | 'temporal';

export interface ServersRequest {
  /** Where the embedded servers keep their data, `.sluice` by convention. Not touched when both addresses are given. */
  readonly stateDir: string;
  /** A database of one's own: no PostgreSQL is looked for or started. */
  readonly databaseUrl?: string;
  /** `host:port` of a Temporal of one's own: none is looked for or started. */
  readonly temporalAddress?: string;
  /** Default: `default`. Made on the embedded server when missing. */
  readonly namespace?: string;
  /** Told each step, a line at a time. */
  readonly say: (line: string) => void;
  /** Whether missing servers may be started; otherwise they are SERVER_UNREACHABLE. */
  readonly mayStart: boolean;
  /** Dynamic configuration of a Temporal server started by this call, beside what Sluice sets. */
  readonly temporalDynamicConfig?: Readonly<Record<string, string | number | boolean>>;
}

export interface Servers {
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly namespace: string;
  /** Temporal's Web UI; known of embedded servers only. */
  readonly temporalUiUrl?: string;
  /** What this call has started. */
  readonly started: readonly ServerName[];
  /** Ends this use, and stops the embedded servers if it was the last one and `keep` is not set. A second call does nothing. */
  release(options?: { readonly keep?: boolean }): Promise<void>;
}

export interface RunningServers {
  readonly databaseUrl?: string;
  readonly temporalAddress?: string;
  readonly temporalUiUrl?: string;
}

/**
 * Finds or starts the servers and registers this process as their user.
 * @throws SluiceError SERVER_UNREACHABLE when one can't be had, INVALID_INPUT when the state folder can't be used
 */
export async function acquireServers(request: ServersRequest): Promise<Servers> {
  const { databaseUrl, temporalAddress, namespace = 'default' } = request;
  if (databaseUrl && temporalAddress) return { databaseUrl, temporalAddress, namespace, started: [], release: async () => undefined };
  if (process.platform === 'win32') {
    throw new SluiceError('INVALID_INPUT', 'On Windows Sluice starts no servers of its own.', {
      hint: 'Set DATABASE_URL and TEMPORAL_ADDRESS, or use WSL.',
    });
  }
  if (!request.mayStart) await checkRunning(request);
  await makeStateFolder(request.stateDir);
  return await locked(request, async () => {
    const folder = await openServerFolder(request.stateDir, request.say);
    const claim = await addUser(usersFolder(request.stateDir));
    const release = releaseOnce(request, folder, claim);
    try {
      const servers = await ensureServers(request, folder, namespace);
      return { ...servers, namespace, release: (options) => locked(request, () => release(options)) };
    } catch (error) {
      await release();
      throw error;
    }
  });
}

/** What runs for a state folder now; undefined when nothing does. Starts nothing, makes nothing, and is quick. */
export async function findRunningServers(stateDir: string): Promise<RunningServers | undefined> {
  const folder = await findServerFolder(stateDir);
  if (!folder) return undefined;
  const [databaseUrl, temporal] = await Promise.all([findPostgresUrl(folder), findListeningTemporal(folder)]);
  return databaseUrl || temporal ? { databaseUrl, temporalAddress: temporal?.address, temporalUiUrl: temporal?.uiUrl } : undefined;
}

/** Whether embedded servers were ever started for a state folder: then their data lie there. */
export async function hasServerData(stateDir: string): Promise<boolean> {
  return (await findServerFolder(stateDir)) !== undefined;
}

/** Stops the embedded servers of a state folder, whoever uses them. */
export async function stopServers(stateDir: string, say: (line: string) => void): Promise<void> {
  const folder = await findServerFolder(stateDir);
  if (folder) await locked({ stateDir, say }, () => stopBoth(folder));
}

async function ensureServers(
  request: ServersRequest, folder: ServerFolder, namespace: string,
): Promise<Omit<Servers, 'release' | 'namespace'>> {
  const { say } = request;
  const mayStart = async <T>(find: () => Promise<T>): Promise<T> => (request.mayStart ? await find() : refuse(request.stateDir));
  let cache: Promise<string> | undefined;
  const cacheFolder = (): Promise<string> => (cache ??= openCacheFolder(request.stateDir, folder.user, say));
  const findBinDir = async (): Promise<string> =>
    getPostgresBinDir({ majorVersion: await findClusterVersion(folder), user: folder.user, cacheFolder }, say);
  const options = { namespace, dynamicConfig: request.temporalDynamicConfig ?? {} };
  // Both are waited for, so that none starts after the other's failure was handled.
  const [postgres, temporal] = await Promise.allSettled([
    request.databaseUrl ? { databaseUrl: request.databaseUrl, started: false } : ensurePostgres(folder, () => mayStart(findBinDir), say),
    request.temporalAddress
      ? { address: request.temporalAddress, uiUrl: undefined, started: false }
      : ensureTemporal(folder, options, () => mayStart(() => getTemporalBinary(cacheFolder, say)), say),
  ]);
  if (postgres.status === 'rejected') throw postgres.reason;
  if (temporal.status === 'rejected') throw temporal.reason;
  return {
    databaseUrl: postgres.value.databaseUrl,
    temporalAddress: temporal.value.address,
    temporalUiUrl: temporal.value.uiUrl,
    started: [...(postgres.value.started ? ['postgres' as const] : []), ...(temporal.value.started ? ['temporal' as const] : [])],
  };
}

/** Before anything is made: a mere look must leave no state folder behind. */
async function checkRunning(request: ServersRequest): Promise<void> {
  const running = await findRunningServers(request.stateDir);
  if (!(request.databaseUrl ?? running?.databaseUrl) || !(request.temporalAddress ?? running?.temporalAddress)) refuse(request.stateDir);
}

function refuse(stateDir: string): never {
  throw new SluiceError('SERVER_UNREACHABLE', `No servers are configured and none run for ${stateDir}.`);
}

function releaseOnce(request: ServersRequest, folder: ServerFolder, claim: string): Servers['release'] {
  let released = false;
  return async (options = {}) => {
    if (released) return;
    released = true;
    const others = await removeUser(usersFolder(request.stateDir), claim);
    if (others === 0 && !options.keep) await stopBoth(folder);
  };
}

async function stopBoth(folder: ServerFolder): Promise<void> {
  await Promise.all([stopPostgres(folder), stopTemporal(folder)]);
}

function locked<T>(request: { stateDir: string; say: (line: string) => void }, action: () => Promise<T>): Promise<T> {
  const { stateDir, say } = request;
  return withFolderLock(lockFolder(stateDir), action, (pid) => say(`Process ${pid} is starting or stopping these servers: waiting for it`));
}
