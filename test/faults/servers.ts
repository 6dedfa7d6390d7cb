/** A Temporal and a Postgres of this run's own, that can be killed, stopped and started again on their ports and data. */
import { readFile } from 'node:fs/promises';
import { endProcess } from '../../src/embedded/end-process';
import { findPostgresProcess, stopPostgres } from '../../src/embedded/postgres-server';
import { acquireServers, stopServers } from '../../src/embedded/servers';
import { isListening } from '../../src/embedded/ports';
import { findServerFolder, type ServerFolder } from '../../src/embedded/state-folder';
import { expectEventually } from '../harness/expect-eventually';

/** Histories are cut long before the default of 4,096 events, so that a job of some hundred documents goes through continue-as-new. */
export const CONTINUE_AS_NEW_EVENTS = 150;

const GONE_PATIENCE_MS = 10_000;

export class FaultServers {
  databaseUrl = '';
  temporalAddress = '';
  private folder!: ServerFolder;

  /** @param stateDir where their data are, as of `.sluice` */
  constructor(private readonly stateDir: string) {}

  /** Starts what does not run, and returns when both take work. */
  async ensure(): Promise<void> {
    const servers = await acquireServers({
      stateDir: this.stateDir,
      mayStart: true,
      say: () => undefined,
      temporalDynamicConfig: { 'limit.historyCount.suggestContinueAsNew': CONTINUE_AS_NEW_EVENTS },
    });
    await servers.release({ keep: true });
    const moved = this.databaseUrl !== '' && (servers.databaseUrl !== this.databaseUrl || servers.temporalAddress !== this.temporalAddress);
    if (moved) throw new Error(`The servers came back elsewhere: ${servers.databaseUrl}, ${servers.temporalAddress}`);
    this.databaseUrl = servers.databaseUrl;
    this.temporalAddress = servers.temporalAddress;
    this.folder = (await findServerFolder(this.stateDir))!;
  }

  get postgresData(): string {
    return this.folder.postgresData;
  }

  get postgresUser(): { uid: number; gid: number } | undefined {
    return this.folder.user;
  }

  async killPostgres(): Promise<void> {
    const running = await findPostgresProcess(this.folder);
    if (running !== undefined) await endProcess(running.pid, [['SIGKILL', GONE_PATIENCE_MS]]);
  }

  /** As its administrator would: open transactions are rolled back. */
  async stopPostgres(): Promise<void> {
    await stopPostgres(this.folder);
  }

  async killTemporal(): Promise<void> {
    const pid = Number(await readFile(this.folder.temporalPid, 'utf8'));
    await endProcess(pid, [['SIGKILL', GONE_PATIENCE_MS]]);
    // Its threads may still be dying, and hold the port at which it is to come back.
    await expectEventually(async () => {
      if (await isListening(portOf(this.temporalAddress), 500)) throw new Error('The port of the killed Temporal is still open.');
    });
  }

  async stop(): Promise<void> {
    await stopServers(this.stateDir, () => undefined);
  }
}

export function portOf(address: string): number {
  return Number(new URL(address.includes('://') ? address : `tcp://${address}`).port);
}
