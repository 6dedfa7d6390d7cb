/** The watchers of all jobs that somebody watches. */
import type { JobStatusResponse } from '../../domain/job-view';
import { HttpProblem } from '../http-problem';
import { JobWatcher, type JobEvent } from './job-watcher';

/** Each holds a connection open. */
const MAX_SUBSCRIPTIONS = 2_000;

export interface Subscription {
  /** The subscriber has seen the end of the job: there is nothing to tell. */
  readonly isOver: boolean;
  /** The next event; 'idle' when there was none for so long; undefined at the end. */
  next(idleMs: number): Promise<JobEvent | 'idle' | undefined>;
  close(): void;
}

export class JobWatchers {
  private readonly watchers = new Map<string, Promise<JobWatcher>>();
  private subscriptions = 0;

  constructor(private readonly status: (jobId: string) => Promise<JobStatusResponse>) {}

  /** Rejects as the service's status does. @param lastId of the last event that the subscriber has seen */
  async subscribe(jobId: string, lastId: string | undefined): Promise<Subscription> {
    if (this.subscriptions >= MAX_SUBSCRIPTIONS) {
      throw new HttpProblem('TOO_MANY_REQUESTS', `${MAX_SUBSCRIPTIONS} streams are open.`, { headers: { 'Retry-After': '10' } });
    }
    const watcher = await this.watcherOf(jobId);
    // Nothing is waited for from here on: a watcher that was given away has not stopped.
    watcher.subscribe();
    this.subscriptions += 1;
    let number = watcher.startAfter(lastId);
    let isOpen = true;
    return {
      isOver: watcher.at(number) === 'end',
      async next(idleMs) {
        for (;;) {
          const found = isOpen ? watcher.at(number) : 'end';
          if (found === 'end') return undefined;
          if (found !== 'wait') {
            number = found.number + 1;
            return found.event;
          }
          if (!(await hasChanged(watcher, idleMs))) return 'idle';
        }
      },
      close: () => {
        if (!isOpen) return;
        isOpen = false;
        watcher.unsubscribe();
        this.subscriptions -= 1;
      },
    };
  }

  /** Ends every stream. */
  async close(): Promise<void> {
    const watchers = await Promise.allSettled(this.watchers.values());
    for (const watcher of watchers) if (watcher.status === 'fulfilled') watcher.value.close();
  }

  private async watcherOf(jobId: string): Promise<JobWatcher> {
    for (;;) {
      const known = this.watchers.get(jobId) ?? this.watch(jobId);
      const watcher = await known;
      if (this.watchers.get(jobId) === known) return watcher;
    }
  }

  private watch(jobId: string): Promise<JobWatcher> {
    const read = () => this.status(jobId);
    const forget = () => void this.watchers.delete(jobId);
    const made = read().then((first) => new JobWatcher(read, first, forget));
    made.catch(forget);
    this.watchers.set(jobId, made);
    return made;
  }
}

/** false: it did not in time. */
function hasChanged(watcher: JobWatcher, milliseconds: number): Promise<boolean> {
  return new Promise((resolve) => {
    const done = (changed: boolean): void => {
      clearTimeout(timer);
      stopListening();
      resolve(changed);
    };
    const stopListening = watcher.onChange(() => done(true));
    const timer = setTimeout(() => done(false), milliseconds);
  });
}
