/**
 * Watches one job for all who want to see it: one question at a time, however many they are. What it has seen it keeps for a while, so
 * that who was cut off goes on behind the last snapshot that reached them.
 */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { isJobFinished } from '../../domain/job-status';
import type { JobStatusResponse } from '../../domain/job-view';
import { problemOf } from '../http-problem';

/** Between two questions; each is a transaction of two queries: seven statements a second. */
const INTERVAL_MS = 600;
/** After the last subscriber has gone, and after the end, so that one who was cut off finds what was meanwhile. */
const LINGER_MS = 30_000;
const KEPT_EVENTS = 500;

export interface JobEvent {
  /** `version-hash`: the same for the same snapshot, whichever process tells it. null: of a problem, which nobody goes on behind. */
  id: string | null;
  /** JSON: a JobStatusResponse; a problem while the servers can't tell. */
  data: string;
}

export class JobWatcher {
  private readonly events: JobEvent[] = [];
  /** Number of the first event that is kept. */
  private first = 0;
  private latest: JobStatusResponse | undefined;
  /** The job has ended, or there is none. */
  private isOver = false;
  private subscribers = 0;
  private idleSinceMs = performance.now();
  private readonly stop = new AbortController();
  private readonly listeners = new Set<() => void>();

  /** @param forget called when it watches no longer: it must not be given to anybody new */
  constructor(private readonly read: () => Promise<JobStatusResponse>, first: JobStatusResponse, private readonly forget: () => void) {
    this.note(first);
    void this.watch();
  }

  subscribe(): void {
    this.subscribers += 1;
  }

  unsubscribe(): void {
    this.subscribers -= 1;
    this.idleSinceMs = performance.now();
  }

  close(): void {
    this.stop.abort();
    this.tell();
  }

  /** Number of the event with which somebody begins who has seen the event with the id: the next one, or else the latest. */
  startAfter(lastId: string | undefined): number {
    const seen = lastId === undefined ? -1 : this.events.findLastIndex(({ id }) => id === lastId);
    return this.first + (seen >= 0 ? seen + 1 : this.events.length - 1);
  }

  /** The event with the number, or the first kept after it. 'wait': there is none yet. 'end': there will be none. */
  at(number: number): { event: JobEvent; number: number } | 'wait' | 'end' {
    const index = Math.max(0, number - this.first);
    const event = this.events[index];
    if (event !== undefined) return { event, number: this.first + index };
    return this.isOver || this.stop.signal.aborted ? 'end' : 'wait';
  }

  /** Calls at each event and at the end, until the answer is called. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  private async watch(): Promise<void> {
    while (!this.isOver && this.isWanted()) {
      await this.pause(INTERVAL_MS);
      if (this.stop.signal.aborted) break;
      try {
        this.note(await this.read());
      } catch (error) {
        this.noteProblem(error);
      }
    }
    if (this.isOver) await this.pause(LINGER_MS);
    this.forget();
    this.close();
  }

  private async pause(milliseconds: number): Promise<void> {
    await sleep(milliseconds, undefined, { signal: this.stop.signal, ref: false }).catch(() => undefined);
  }

  private isWanted(): boolean {
    return !this.stop.signal.aborted && (this.subscribers > 0 || performance.now() - this.idleSinceMs < LINGER_MS);
  }

  private note(job: JobStatusResponse): void {
    // The mirror lags behind the workflow, which has just not answered in time. Not with an end: of a workflow that was terminated or reset the
    // mirror may have learned the end, and never the last version.
    const mayLag = job.readFrom === 'mirror' && !isJobFinished(job.status);
    if (mayLag && this.latest !== undefined && job.version < this.latest.version) return;
    this.latest = job;
    this.isOver = isJobFinished(job.status);
    const { asOf: _, ...told } = job;
    const hash = createHash('sha256').update(JSON.stringify(told)).digest('hex').slice(0, 12);
    this.add({ id: `${job.version}-${hash}`, data: JSON.stringify(job) });
  }

  private noteProblem(error: unknown): void {
    const { details } = problemOf(error);
    this.isOver = details.status === 404;
    this.add({ id: null, data: JSON.stringify(details) });
  }

  private add(event: JobEvent): void {
    const last = this.events.at(-1);
    if (last !== undefined && (event.id === null ? last.data === event.data : last.id === event.id)) return;
    this.events.push(event);
    if (this.events.length > KEPT_EVENTS) {
      this.events.shift();
      this.first += 1;
    }
    this.tell();
  }

  private tell(): void {
    for (const listener of [...this.listeners]) listener();
  }
}
