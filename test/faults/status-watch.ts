/**
 * Looks at a job's status all along, as its users do, and as the mirror alone tells it: what was seen must be a legal history, each answer must
 * come in time, and no end may be told that isn't the job's.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { JobRepository } from '../../src/db/job-repository';
import type { MirroredJob } from '../../src/db/mirrored-job';
import { viewOf } from '../../src/domain/ingestion-state';
import type { JobStatusResponse } from '../../src/domain/job-view';
import type { IngestionService } from '../../src/service/ingestion-service';

const INTERVAL_MS = 200;

export interface Sample {
  /** Answers of one stream must follow each other legally: the workflow's own, the service's from the mirror, the mirror's rows. */
  stream: 'workflow' | 'mirror' | 'rows';
  atMs: number;
  view: JobStatusResponse;
}

/** A look that gave no answer: its code. */
export interface FailedLook {
  atMs: number;
  code: string;
}

export class StatusWatch {
  readonly samples: Sample[] = [];
  readonly failures: FailedLook[] = [];
  /** Of all looks through the service, with an answer or without. */
  slowestMs = 0;
  private stopped = false;
  private readonly loops: Promise<void>[];

  /** @param service asked for at each look: it is replaced when its servers were */
  constructor(private readonly jobId: string, private readonly service: () => IngestionService, private readonly rows: () => JobRepository) {
    this.loops = [this.repeat(() => this.lookAsUser()), this.repeat(() => this.lookAtRows())];
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await Promise.all(this.loops);
  }

  private async repeat(look: () => Promise<void>): Promise<void> {
    while (!this.stopped) {
      await look();
      await sleep(INTERVAL_MS);
    }
  }

  private async lookAsUser(): Promise<void> {
    const atMs = Date.now();
    try {
      const view = await this.service().status(this.jobId);
      this.samples.push({ stream: view.readFrom, atMs, view });
    } catch (error) {
      this.failures.push({ atMs, code: (error as { code?: string }).code ?? String(error) });
    }
    this.slowestMs = Math.max(this.slowestMs, Date.now() - atMs);
  }

  private async lookAtRows(): Promise<void> {
    const atMs = Date.now();
    const found = await this.rows().find(this.jobId).catch(() => undefined);
    if (found !== undefined) this.samples.push({ stream: 'rows', atMs, view: viewOfRows(found) });
  }
}

export function viewOfRows({ state, activity, asOf, status }: MirroredJob): JobStatusResponse {
  return viewOf(state, { activity, asOf, status, readFrom: 'mirror' });
}
