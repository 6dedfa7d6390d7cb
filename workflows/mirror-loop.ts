import { CancellationScope, condition, isCancellation, log } from '@temporalio/workflow';
import type { MirrorSnapshot } from '../activities/contract';
import { mirrorJob } from './activity-proxies';
import type { JobRun } from './job-run';
import { isPatched } from './patches';

/**
 * Writes the job's state into Postgres whenever a status has changed: at most one write under way, always of the newest state.
 * Counters are not its business: batches commit their own. What it could not write before a run ended, the next run writes.
 */
export class MirrorLoop {
  private scope!: CancellationScope;
  private readonly ended: Promise<void>;

  /** @param isDue whether the state is written once although the mirror has it: the row is to know the run */
  constructor(private readonly run: JobRun, private readonly snapshot: () => MirrorSnapshot, private isDue: boolean) {
    // Shielded from a cancel of the job: the mirror has to tell of it. Only end() stops the loop.
    this.ended = CancellationScope.nonCancellable(() => {
      this.scope = new CancellationScope();
      return this.scope.run(() => this.loop());
    });
  }

  private async loop(): Promise<void> {
    try {
      for (;;) {
        // The state of its end is written by the job's last words, with the counts.
        await condition(() => (this.isDue || this.run.job.version > this.run.mirroredVersion) && this.run.job.finishedAt === null);
        this.isDue = false;
        const snapshot = this.snapshot();
        // What is written is this version; the state goes on changing meanwhile.
        const { version } = snapshot.job;
        await mirrorJob(snapshot).catch((error: unknown) => {
          if (isCancellation(error)) throw error;
          log.error('The mirror refused a snapshot; the next one replaces it', { version, error });
        });
        this.run.mirroredVersion = isPatched('every-change-mirrored') ? version : snapshot.job.version;
      }
    } catch (error) {
      if (!isCancellation(error)) throw error;
    }
  }

  /** Ends the loop. A write under way is given up: the end of the job, or the next run, writes a newer state. */
  async end(): Promise<void> {
    this.scope.cancel();
    await this.ended;
  }
}
