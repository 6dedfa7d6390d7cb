/**
 * The moments at which a job is hurt, met by its state and never by time. What is over in milliseconds (discovery, finishing) is held open by a
 * lock in Postgres, so that the fault finds the activity in the middle of its work.
 */
import { sql } from 'kysely';
import { Client } from 'pg';
import { isPhaseFinished } from '../../src/domain/phase-status';
import type { JobPhase } from '../../src/domain/job-phase';
import { withDatabase } from '../harness/test-database';
import { expectEventually } from '../harness/expect-eventually';
import { COLLECTION, type CellRun } from './cell-run';
import type { MomentName } from './matrix';
import { CONTINUE_AS_NEW_EVENTS } from './servers';

export interface Moment {
  /** Before the job starts. */
  prepare?(): Promise<void>;
  /** Returns when it has come. */
  reach(): Promise<void>;
  /** What makes the moment, when the fault may as well come first: a cancel. Called after {@link reach}. */
  act?(): Promise<void>;
  /** Lets go what was held, when the fault has done its harm; again is fine. */
  release?(): Promise<void>;
  /** When all is mended: looks whether what should still hold does, and lets the job go on. Returns what is wrong. */
  resume?(): Promise<string[]>;
}

export function createMoment(name: MomentName, run: CellRun): Moment {
  switch (name) {
    case 'discovery':
      return discovery(run);
    case 'finish':
      return finish(run);
    case 'paused':
      return paused(run);
    case 'cancelling':
      return { reach: () => untilAtWork(run, 'EMBEDDING'), act: () => run.service.cancel(run.jobId) };
    case 'continue-as-new':
      return { reach: () => untilContinuingAsNew(run) };
    default:
      return { reach: () => untilAtWork(run, name) };
  }
}

async function untilAtWork(run: CellRun, phase: JobPhase): Promise<void> {
  await run.untilStatus(`at work in ${phase}`, ({ phases }) => {
    const seen = phases.find((candidate) => candidate.phase === phase)!;
    return seen.inFlight > 0 && seen.itemsProcessed > 0 && !isPhaseFinished(seen.status);
  });
}

/** The history of a run has reached its limit, and the next has not begun: the run drains. Or it was so a moment ago. */
async function untilContinuingAsNew(run: CellRun): Promise<void> {
  let firstRunId: string | undefined;
  await expectEventually(async () => {
    const { runId, historyLength } = await run.client.workflow.getHandle(run.jobId).describe();
    firstRunId ??= runId;
    if (historyLength < CONTINUE_AS_NEW_EVENTS && runId === firstRunId) throw new Error(`${historyLength} events in run ${runId}`);
  }, { timeoutMs: 60_000 });
}

function discovery(run: CellRun): Moment {
  const lock = new HeldLock(run);
  return {
    prepare: () => lock.take('begin; lock table sluice.discovery_pages in access exclusive mode'),
    reach: async () => {
      await run.untilStatus('discovering', ({ phases, documents }) => phases[0]!.status === 'RUNNING' && phases[0]!.inFlight > 0 && !documents.totalIsFinal);
      await lock.untilAwaited();
    },
    release: () => lock.drop(),
  };
}

function finish(run: CellRun): Moment {
  const lock = new HeldLock(run);
  return {
    reach: async () => {
      // Long before it is needed: the lock of a collection's index is taken at the end only.
      const findCollection = () => run.db.selectFrom('collections').select('id').where('name', '=', COLLECTION).executeTakeFirstOrThrow();
      const { id } = await expectEventually(findCollection);
      await lock.take(`select pg_advisory_lock(hashtext('sluice.index'), ${id})`);
      const isFinishing = ({ phases }: { phases: readonly { status: string; inFlight: number; itemsProcessed: number; itemsTotal: number }[] }) => {
        const indexing = phases[3]!;
        return phases[2]!.status === 'COMPLETED' && indexing.inFlight > 0 && indexing.itemsProcessed === indexing.itemsTotal;
      };
      await run.untilStatus('finishing', isFinishing);
    },
    release: () => lock.drop(),
  };
}

function paused(run: CellRun): Moment {
  const phase = run.random.pick<JobPhase | undefined>(['EMBEDDING', 'LOADING', 'INDEXING', undefined]);
  const isPaused = (view: { phases: readonly { phase: JobPhase; status: string; inFlight: number }[] }) =>
    view.phases.every((seen) => (phase !== undefined && seen.phase !== phase) || seen.status === 'COMPLETED' || (seen.status === 'PAUSED' && seen.inFlight === 0));
  return {
    reach: async () => {
      await untilAtWork(run, phase ?? 'EMBEDDING');
      await run.service.pause(run.jobId, phase);
      await run.untilStatus(`paused in ${phase ?? 'all phases'}`, isPaused);
    },
    resume: async () => {
      const problems: string[] = [];
      const view = await run.untilStatus('answered by its workflow', ({ readFrom }) => readFrom === 'workflow');
      if (!isPaused(view)) problems.push(`(e) no longer paused after the fault: ${JSON.stringify(view.phases.map(({ status, inFlight }) => [status, inFlight]))}`);
      await run.service.resume(run.jobId);
      return problems;
    },
  };
}

/** A lock held in the cell's database by a session of the harness. A server that dies takes it along. */
class HeldLock {
  private client: Client | undefined;

  constructor(private readonly run: CellRun) {}

  async take(statement: string): Promise<void> {
    const { servers } = this.run.rig;
    const database = new URL(this.run.env.DATABASE_URL!).pathname.slice(1);
    this.client = new Client({ connectionString: withDatabase(servers.databaseUrl, database) });
    this.client.on('error', () => undefined);
    await this.client.connect();
    await this.client.query(statement);
  }

  async untilAwaited(): Promise<void> {
    await expectEventually(async () => {
      // Not within the lock's transaction: all that it sees of others is as they were at its first look.
      const { rows } = await sql`
        select from pg_stat_activity where application_name = 'sluice' and wait_event_type = 'Lock' and datname = current_database()`.execute(this.run.db);
      if (rows.length === 0) throw new Error('Nobody waits for the lock.');
    }, { timeoutMs: 30_000 });
  }

  async drop(): Promise<void> {
    await this.client?.end().catch(() => undefined);
    this.client = undefined;
  }
}
