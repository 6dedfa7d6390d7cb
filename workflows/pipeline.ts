import { CancellationScope, isCancellation, proxyActivities, type ActivityOptions } from '@temporalio/workflow';
import type { Activities } from '../activities/activities';
import { BATCH_ACTIVITY, isStopped, type BatchResult, type Done, type Stopped } from '../activities/contract';
import { isBudgetSpent, type Spent } from '../src/domain/budget';
import { failedDocuments, type PhaseActivity } from '../src/domain/ingestion-state';
import type { IngestionInput } from '../src/domain/ingestion-input';
import { concurrencyOf, JOB_DEFAULTS, MAX_AHEAD_BYTES, tooManyFailures } from '../src/domain/job-defaults';
import { JOB_PHASES, nextPhase, perPhase, previousPhase, type JobPhase, type PerPhase } from '../src/domain/job-phase';
import { isPhaseActive } from '../src/domain/phase-status';
import type { PhaseTracker } from '../src/domain/phase-tracker';
import { phaseActivityOptions } from './activity-proxies';
import type { Clock } from './clock';
import { isLostWhileStopping, jobFailureOf, type JobFailure } from './failures';
import type { JobRun } from './job-run';
import { addOne, addRange, takeFirst } from './ranges';

/**
 * The four lanes. Batches flow from lane to lane; each lane takes what the one before has finished, at most its own concurrency at
 * once, while its gate is open. {@link pump} is synchronous and the only place where work starts: it is called after every change.
 */
export class Pipeline {
  /** The first thing that no retry mends: from then on nothing starts. */
  failure: JobFailure | undefined;
  /** Set while the run is drained: nothing starts. */
  stopping = false;
  private readonly atWork: PerPhase<Map<string, CancellationScope>> = perPhase(() => new Map());
  private readonly concurrency: PerPhase<number>;
  private readonly root = CancellationScope.current();

  constructor(
    private readonly run: JobRun,
    private readonly tracker: PhaseTracker,
    private readonly clock: Clock,
    private readonly input: IngestionInput,
    private readonly onChange: () => void,
  ) {
    this.concurrency = concurrencyOf(input.options);
  }

  isBusy(): boolean {
    return JOB_PHASES.some((phase) => this.atWork[phase].size > 0);
  }

  isFinished(): boolean {
    return this.tracker.statusOf('INDEXING') === 'COMPLETED';
  }

  /** What the workflow itself knows of each phase; workers and task queues are seen from outside. */
  activity(): PerPhase<PhaseActivity> {
    return perPhase((phase) => ({ inFlight: this.atWork[phase].size, waitReason: this.waitReason(phase) }));
  }

  /** Stops what runs in a phase; it keeps what it has finished. */
  stop(phase: JobPhase): void {
    for (const scope of this.atWork[phase].values()) scope.cancel();
  }

  pump(): void {
    for (const phase of JOB_PHASES) {
      if (this.mayStart(phase)) this.startWork(phase);
      if (this.isPhaseDone(phase)) this.tracker.complete(phase);
    }
    this.onChange();
  }

  private mayStart(phase: JobPhase): boolean {
    if (this.stopping || this.failure !== undefined || this.root.consideredCancelled) return false;
    if (this.run.todo[phase].length > 0) this.tracker.start(phase);
    return this.tracker.statusOf(phase) === 'RUNNING';
  }

  private startWork(phase: JobPhase): void {
    if (phase === 'LOADING' && !this.run.discovery.complete && !this.atWork.LOADING.has('discovery')) void this.discover();
    while (this.atWork[phase].size < this.concurrency[phase] && !(phase === 'LOADING' && this.isTooFarAhead())) {
      const batch = takeFirst(this.run.todo[phase]);
      if (batch === undefined) break;
      void this.runBatch(phase, batch);
    }
    if (phase === 'INDEXING' && this.areAllBatchesDone(phase) && !this.run.finished && this.atWork.INDEXING.size === 0) {
      if (this.haveAllFailed()) this.failure = { code: 'TOO_MANY_FAILURES', message: 'Every document has failed.', phase: this.run.lastFailurePhase };
      else void this.finish();
    }
  }

  private areAllBatchesDone(phase: JobPhase): boolean {
    const before = previousPhase(phase);
    const upstreamDone = before === undefined ? this.run.discovery.complete : this.tracker.statusOf(before) === 'COMPLETED';
    return upstreamDone && this.run.batchesDone[phase] === this.run.batches;
  }

  private isPhaseDone(phase: JobPhase): boolean {
    if (this.failure !== undefined || !isPhaseActive(this.tracker.statusOf(phase))) return false;
    return this.areAllBatchesDone(phase) && (phase !== 'INDEXING' || this.run.finished);
  }

  /** Bounds what lies in staging; a job never waits for its own empty pipeline. */
  private isTooFarAhead(): boolean {
    const maxDocuments = this.input.options?.maxAheadDocuments ?? JOB_DEFAULTS.maxAheadDocuments;
    return this.run.ahead.documents > maxDocuments || this.run.ahead.bytes > MAX_AHEAD_BYTES;
  }

  private waitReason(phase: JobPhase): PhaseActivity['waitReason'] {
    const status = this.tracker.statusOf(phase);
    if (status === 'PAUSED') return phase === 'EMBEDDING' && this.run.isPausedByBudget && isBudgetSpent(this.run.budget, this.run.budget.spent) ? 'BUDGET' : 'PAUSED';
    if (this.atWork[phase].size > 0 || (status !== 'RUNNING' && status !== 'NOT_STARTED')) return null;
    if (phase === 'LOADING') return status === 'RUNNING' && this.isTooFarAhead() ? 'DOWNSTREAM' : null;
    return 'UPSTREAM';
  }

  private async discover(): Promise<void> {
    const { run } = this;
    const argument = { jobId: run.job.jobId, page: run.discovery.pages, firstOrdinal: run.job.documents.total, firstBatch: run.batches };
    await this.perform('LOADING', 'discovery', `discover documents, page ${argument.page + 1}`, '2h', 'discoverDocuments', argument, (page) => {
      run.discovery.pages++;
      run.job.documents.total += page.documents;
      run.job.documents.ignored += page.ignored;
      addRange(run.todo.LOADING, run.batches, run.batches + page.batches);
      run.batches += page.batches;
      if (!page.more) {
        run.discovery.complete = true;
        run.job.documents.totalIsFinal = true;
      }
    });
  }

  private async runBatch(phase: JobPhase, batch: number): Promise<void> {
    const { run } = this;
    const summary = `${BATCH_ACTIVITY[phase].replace('Batch', ' batch')} ${batch}`;
    const putBack = () => {
      addOne(run.todo[phase], batch);
      (run.comeBack ??= perPhase(() => 0))[phase]++;
    };
    const { maxTokens, maxCost } = run.budget;
    const argument = phase === 'EMBEDDING' ? { jobId: run.job.jobId, batch, budget: { maxTokens, maxCost } } : { jobId: run.job.jobId, batch };
    await this.perform(phase, String(batch), summary, '30m', BATCH_ACTIVITY[phase], argument, (result) => this.account(phase, batch, result), putBack);
  }

  private async finish(): Promise<void> {
    const { run } = this;
    await this.perform('INDEXING', 'finish', 'remove what is gone, build the index, clean up', '6h', 'finishJob', { jobId: run.job.jobId, documents: run.job.documents.total }, ({ removed }) => {
      run.job.documents.removed = removed;
      run.finished = true;
    });
  }

  /** A source of which nothing could be read. Beside unchanged documents a few that fail each time are no reason: docs/decisions/all-failed.md. */
  private haveAllFailed(): boolean {
    const { total } = this.run.job.documents;
    return total > 0 && this.input.options?.maxFailures === undefined && failedDocuments(this.run.job) === total;
  }

  /** Counts what a phase did with a batch, and hands the batch on. */
  private account(phase: JobPhase, batch: number, result: BatchResult): void {
    const { job, ahead } = this.run;
    const counts = job.phases[phase];
    counts.itemsProcessed += result.documents;
    counts.itemsFailed += result.failed;
    if (result.failed > 0) this.run.lastFailurePhase = phase;
    job.documents.skipped += result.skipped;
    job.documents.succeeded += result.succeeded;
    job.chunks += result.chunks;
    const direction = phase === 'LOADING' ? 1 : phase === 'INDEXING' ? -1 : 0;
    ahead.documents += direction * result.documents;
    ahead.bytes += direction * result.textBytes;
    this.run.batchesDone[phase]++;
    const next = nextPhase(phase);
    if (next !== undefined) addOne(this.run.todo[next], batch);
    const tried = job.phases.LOADING.itemsProcessed - job.documents.skipped;
    const failed = failedDocuments(job);
    if (result.failed > 0 && tooManyFailures(failed, tried, this.input.options?.maxFailures)) {
      this.failure ??= { code: 'TOO_MANY_FAILURES', message: `${failed} of ${tried} documents have failed.`, phase };
    }
  }

  /** Runs one activity of a phase in a scope of its own, so that pausing the phase stops it. */
  private async perform<Name extends keyof Activities>(
    phase: JobPhase,
    key: string,
    summary: string,
    startToCloseTimeout: ActivityOptions['startToCloseTimeout'],
    name: Name,
    argument: Parameters<Activities[Name]>[0],
    onDone: (result: Exclude<Awaited<ReturnType<Activities[Name]>>, Stopped>) => void,
    onStopped: () => void = () => undefined,
  ): Promise<void> {
    const scope = new CancellationScope();
    // A turn of a long batch counts as a batch: it takes as much from others. (So does what a pause has stopped, which happens seldom.)
    const batchesHad = this.run.batchesDone[phase] + (this.run.comeBack?.[phase] ?? 0) + this.atWork[phase].size;
    const size = Math.max(this.run.batches, batchesHad);
    this.atWork[phase].set(key, scope);
    let doneAt: string | undefined;
    try {
      const activities = proxyActivities<Activities>(phaseActivityOptions(phase, startToCloseTimeout, size));
      const activity = activities[name] as unknown as { executeWithOptions(options: ActivityOptions, args: unknown[]): Promise<object> };
      const result: Done = await scope.run(() => activity.executeWithOptions({ summary }, [argument]));
      doneAt = result.at;
      // Late: the job has ended without it and told its last state.
      if (this.run.job.finishedAt !== null) return;
      this.noteSpending(result);
      if (isStopped(result)) onStopped();
      else onDone(result as Exclude<Awaited<ReturnType<Activities[Name]>>, Stopped>);
    } catch (error) {
      if (isCancellation(error) || isLostWhileStopping(error)) onStopped();
      else this.failure ??= jobFailureOf(error, phase);
    } finally {
      this.atWork[phase].delete(key);
    }
    this.clock.during(doneAt, () => this.pump());
  }

  /** At the limit of its budget EMBEDDING pauses until the budget is raised. */
  private noteSpending(result: object): void {
    if (!('spent' in result)) return;
    const { budget } = this.run;
    const spent = result.spent as Spent;
    if (spent.tokens > budget.spent.tokens) budget.spent = spent;
    if (isBudgetSpent(budget, budget.spent) && this.tracker.statusOf('EMBEDDING') === 'RUNNING') {
      this.tracker.pause('EMBEDDING');
      this.run.isPausedByBudget = true;
      this.stop('EMBEDDING');
    }
  }
}
