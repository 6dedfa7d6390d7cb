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
import { illegalSteps } from './legal-history';

const INTERVAL_MS = 200;

/** Answers of one stream must follow each other legally: the workflow's own, the service's from the mirror, the mirror's rows. */
const STREAMS = ['workflow', 'mirror', 'rows'] as const;

export interface Sample {
  stream: (typeof STREAMS)[number];
  view: JobStatusResponse;
}

export class StatusWatch {
  readonly samples: Sample[] = [];
  /** Codes of the looks that gave no answer. */
  readonly failures: string[] = [];
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

  /** What of each stream can't be, when the job ended like this. */
  illegalSteps(end: JobStatusResponse): string[] {
    return STREAMS.flatMap((stream) => {
      const views = this.samples.filter((sample) => sample.stream === stream).map(({ view }) => view);
      return illegalSteps(views, end).map((problem) => `(e) ${stream}: ${problem}`);
    });
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
      this.samples.push({ stream: view.readFrom, view });
    } catch (error) {
      this.failures.push((error as { code?: string }).code ?? String(error));
    }
    this.slowestMs = Math.max(this.slowestMs, Date.now() - atMs);
  }

  private async lookAtRows(): Promise<void> {
    const found = await this.rows().find(this.jobId).catch(() => undefined);
    if (found !== undefined) this.samples.push({ stream: 'rows', view: viewOfRows(found) });
  }
}

export function viewOfRows({ state, activity, asOf, status }: MirroredJob): JobStatusResponse {
  return viewOf(state, { activity, asOf, status, readFrom: 'mirror' });
}
