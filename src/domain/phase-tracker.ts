import type { ErrorCode } from './errors';
import { phaseStatuses, type IngestionState } from './ingestion-state';
import { JOB_PHASES, nextPhase, type JobPhase } from './job-phase';
import { canPhaseMove, isPhaseActive, isPhaseFinished, type PhaseStatus } from './phase-status';

/**
 * Moves the phases of one job from status to status: the only place that writes a PhaseStatus, a phase's times, or the version.
 * Requests that change nothing (pausing what is paused) are no moves and raise no version; an illegal move is a defect and throws.
 */
export class PhaseTracker {
  /** @param now ISO 8601. Of several clocks, some may be behind: nothing is said to be before what it follows. */
  constructor(private readonly state: IngestionState, private readonly now: () => string) {}

  statusOf(phase: JobPhase): PhaseStatus {
    return this.state.phases[phase].status;
  }

  /** Begins a phase that has not begun. A phase paused before its beginning stays paused until it is resumed. */
  start(phase: JobPhase): void {
    if (this.statusOf(phase) === 'NOT_STARTED') this.move(phase, 'RUNNING');
  }

  pause(phase: JobPhase): void {
    if (this.statusOf(phase) !== 'PAUSED') this.move(phase, 'PAUSED');
  }

  resume(phase: JobPhase): void {
    if (this.statusOf(phase) === 'PAUSED') this.move(phase, 'RUNNING');
  }

  /** Completes a phase and, in the same step, begins the next: "some COMPLETED, the rest NOT_STARTED" is never to be seen. */
  complete(phase: JobPhase): void {
    this.move(phase, 'COMPLETED');
    const next = nextPhase(phase);
    if (next !== undefined) this.start(next);
    else this.state.finishedAt = this.afterAll(this.state.startedAt);
  }

  /**
   * Ends the job: the phase at fault carries the error, others that were active are STOPPED (CANCELLED, when the job was), the
   * finished and the never begun ones stay. A job that ends before any phase has begun fails in LOADING.
   */
  failJob(error: { code: ErrorCode; message: string; phase?: JobPhase }): void {
    const atFault = this.phaseAtFault(error.phase);
    for (const phase of JOB_PHASES) {
      if (phase === atFault) this.fail(phase, error.code, error.message);
      else if (isPhaseActive(this.statusOf(phase))) {
        if (error.code === 'CANCELLED') this.fail(phase, 'CANCELLED', error.message);
        else this.fail(phase, 'STOPPED', `Stopped, because ${atFault} failed: ${error.message}`);
      }
    }
    this.state.error = { code: error.code, message: error.message, phase: atFault };
    this.state.finishedAt = this.afterAll(this.state.startedAt);
  }

  private phaseAtFault(named: JobPhase | undefined): JobPhase {
    if (named !== undefined && !isPhaseFinished(this.statusOf(named))) return named;
    return JOB_PHASES.find((phase) => isPhaseActive(this.statusOf(phase))) ?? JOB_PHASES.find((phase) => !isPhaseFinished(this.statusOf(phase))) ?? 'INDEXING';
  }

  private fail(phase: JobPhase, code: ErrorCode, message: string): void {
    this.move(phase, 'FAILED');
    this.state.phases[phase].error = { code, message };
  }

  private move(phase: JobPhase, to: PhaseStatus): void {
    const record = this.state.phases[phase];
    if (!canPhaseMove(record.status, to)) throw new Error(`${phase} cannot go from ${record.status} to ${to} (${phaseStatuses(this.state).join(', ')})`);
    record.status = to;
    const { createdAt, startedAt } = this.state;
    if (to === 'RUNNING') record.startedAt ??= this.after(createdAt, startedAt);
    if (isPhaseActive(to)) this.state.startedAt ??= this.after(createdAt);
    if (isPhaseFinished(to)) record.completedAt = this.afterAll(record.startedAt);
    this.state.version++;
  }

  /** An end follows the ends of phases before. */
  private afterAll(startedAt: string | null): string {
    return this.after(this.state.createdAt, startedAt, ...JOB_PHASES.map((phase) => this.state.phases[phase].completedAt));
  }

  /** Now, or the latest of the times that it follows. */
  private after(...earlier: (string | null)[]): string {
    return earlier.reduce<string>((latest, time) => (time !== null && time > latest ? time : latest), this.now());
  }
}
