/** Runs one cell of the matrix: a job is hurt once, at one moment, and everything that it promises is looked at. */
import { loadavg } from 'node:os';
import type { JobStatusResponse } from '../../src/domain/job-view';
import { CellRun, summaryOf } from './cell-run';
import { lookByCli, type CliLook } from './cli-look';
import { createFault, type Fault } from './faults';
import { checkAgreement, checkNoOrphans, checkOutcomes, checkPublished } from './invariants';
import { checkNoSessions, endWorkers } from './leftovers';
import { illegalSteps } from './legal-history';
import { randomOf, type CellPlan } from './matrix';
import { createMoment, type Moment } from './moments';
import { judgePayments, type Outage } from './payments';
import { PROMISED_MS } from './promises';
import { activityStarts, recoveryMs } from './recovery';
import type { Rig } from './rig';
import { StatusWatch } from './status-watch';
import { withDatabase } from '../harness/test-database';

export interface CellResult {
  /** How the hurt job ended, `COMPLETED` or an error code. */
  end: string;
  /** What is wrong, each with the letter of its invariant. */
  violations: string[];
  figures: CellFigures;
}

export interface CellFigures {
  durationMs: number;
  /** From the harm to everything being there again. */
  outageMs: number | null;
  /** From then on to the start of the next activity; null: nothing was left to start, or nothing may. */
  recoveryMs: number | null;
  /** The slowest answer of the service, and of a command with its start. */
  slowestStatusMs: number;
  slowestCommandMs: number;
  looks: number;
  textsRepeated: number;
  /** Processes that wanted a core in the last minute, on average: what takes long on a machine that others use says little. null: not noted. */
  loadAverage: number | null;
  /** Whether the job met the fault at all: a provider may not be asked any more. */
  felt: boolean;
  mirrorLagMs: number;
}

/** @param log told of each step */
export async function runCell(rig: Rig, plan: CellPlan, log: (line: string) => void): Promise<CellResult> {
  const startedAtMs = Date.now();
  const run = await CellRun.open(rig, `${plan.name.replace('@', '-at-')}-${plan.seed}-${startedAtMs}`, randomOf(plan));
  const fault = createFault(plan.fault, run);
  const moment = createMoment(plan.moment, run);
  const cell = new Cell(run, fault, moment, log);
  try {
    await fault.prepare?.();
    run.reconnect();
    await cell.hurtJob(plan);
    await cell.judge();
    if (cell.end!.status === 'FAILED') await cell.retry();
  } catch (error) {
    cell.violations.push(`(end) ${(error as Error).message}`);
    await moment.release?.();
  }
  cell.violations.push(...(await cell.leave()));
  const isClean = cell.violations.length === 0;
  if (!isClean) log(`  kept: ${run.folder}`);
  await run.close({ keepFolder: !isClean });
  await fault.cleanUp?.();
  return { end: cell.end?.error?.code ?? cell.end?.status ?? 'none', violations: cell.violations, figures: { ...cell.figures, durationMs: Date.now() - startedAtMs } };
}

class Cell {
  readonly violations: string[] = [];
  readonly figures: CellFigures = {
    durationMs: 0, outageMs: null, recoveryMs: null, slowestStatusMs: 0, slowestCommandMs: 0, looks: 0, textsRepeated: 0, loadAverage: null, felt: true, mirrorLagMs: 0,
  };
  end: JobStatusResponse | undefined;
  private watch: StatusWatch | undefined;
  private looks: CliLook[] = [];
  private readonly outages: Outage[] = [];
  private mayBeEndedBy: readonly string[] = [];

  constructor(private readonly run: CellRun, private readonly fault: Fault, private readonly moment: Moment, private readonly log: (line: string) => void) {}

  async hurtJob({ workers, moment: momentName }: CellPlan): Promise<void> {
    const { run, fault, moment } = this;
    await Promise.all(Array.from({ length: workers }, () => run.addWorker()));
    await moment.prepare?.();
    await run.startJob();
    this.watch = new StatusWatch(run.jobId, () => run.service, () => run.jobs);
    await moment.reach();
    if (fault.untilFelt === undefined) await moment.act?.();
    this.log('  hurting');
    const fromMs = Date.now();
    await fault.hurt();
    if (moment.act && fault.untilFelt !== undefined) {
      await fault.untilFelt();
      await moment.act().catch((error: { code?: string }) => {
        if (error.code !== 'JOB_FINISHED') throw error;
      });
    }
    this.looks.push(await lookByCli(run, fault.away));
    await moment.release?.();
    const backAtMs = await fault.mend();
    this.outages.push({ fromMs, toMs: Date.now() });
    this.log('  mended');
    this.violations.push(...((await moment.resume?.()) ?? []));
    if (!moment.act) await fault.untilFelt?.();
    this.end = await run.untilEnd();
    this.log(`  ended: ${summaryOf(this.end)}`);
    this.figures.outageMs = backAtMs - fromMs;
    this.figures.felt = fault.wasFelt?.() ?? true;
    const starts = await activityStarts(run.client, run.jobId);
    if (!moment.resume && !moment.act) this.figures.recoveryMs = recoveryMs(starts, backAtMs) ?? null;
    this.mayBeEndedBy = [...(fault.mayEndWith ?? []), ...(momentName === 'cancelling' ? ['CANCELLED'] : [])];
    if (momentName === 'cancelling') this.outages.push({ fromMs, toMs: Date.now() });
  }

  async judge(): Promise<void> {
    const { run, fault, violations, figures } = this;
    const end = this.end!;
    const limitMs = fault.recoveryLimitMs ?? Infinity;
    if ((figures.recoveryMs ?? 0) > limitMs) violations.push(`(recovery) the next activity started after ${figures.recoveryMs} ms, at most ${limitMs} are promised`);
    const isWanted = end.status === 'COMPLETED' ? !this.mayBeEndedBy.includes('CANCELLED') : this.mayBeEndedBy.includes(end.error!.code);
    if (!isWanted) violations.push(`(end) ${summaryOf(end)}`);
    if (end.error?.code === 'PROVIDER_AUTH' && !end.error.message.includes('OPENAI_API_KEY')) violations.push(`(end) PROVIDER_AUTH does not name the variable: ${end.error.message}`);
    Object.assign(run.rig.provider.behaviour, { key: null, faults: [] });
    const { problems, mirrorLagMs } = await checkAgreement(run, end);
    figures.mirrorLagMs = mirrorLagMs;
    violations.push(...problems, ...(await checkNoOrphans(run)), ...(await checkPublished(run, end)), ...(await checkOutcomes(run, end, fault.mayFail)));
    await this.judgeLooks(end);
    this.judgePayments();
  }

  /** What a failed job left undone, its retry does, and pays nothing again. */
  async retry(): Promise<void> {
    const { run, violations } = this;
    const { jobId } = await run.service.retry(run.jobId, {});
    run.jobId = jobId;
    const end = await run.untilEnd();
    this.log(`  retried: ${summaryOf(end)}`);
    if (end.status !== 'COMPLETED') violations.push(`(end) the retry: ${summaryOf(end)}`);
    violations.push(...(await checkAgreement(run, end)).problems, ...(await checkNoOrphans(run)), ...(await checkPublished(run, end)));
    this.judgePayments();
  }

  /** Ends the workers, and returns what stays behind. */
  async leave(): Promise<string[]> {
    await this.watch?.stop();
    const left = await endWorkers(this.run);
    await this.run.disconnect();
    return [...left, ...(await checkNoSessions(withDatabase(this.run.rig.servers.databaseUrl, this.run.database)))];
  }

  private async judgeLooks(end: JobStatusResponse): Promise<void> {
    const { violations, figures } = this;
    const watch = this.watch!;
    await watch.stop();
    const { samples, failures, slowestMs } = watch;
    violations.push(...watch.illegalSteps(end));
    for (const look of this.looks) {
      violations.push(...look.problems, ...(look.view ? illegalSteps([look.view], end).map((problem) => `(e) status: ${problem}`) : []));
      figures.slowestCommandMs = Math.max(figures.slowestCommandMs, look.slowestMs);
    }
    // The service looks past the proxies: one of its servers always answers.
    for (const code of new Set(failures)) violations.push(`(e) status gave ${code} ${failures.filter((failure) => failure === code).length} times`);
    if (slowestMs > PROMISED_MS.answer) violations.push(`(time) a status took ${slowestMs} ms`);
    figures.slowestStatusMs = slowestMs;
    figures.loadAverage = Math.round(loadavg()[0]!);
    figures.looks = samples.length;
  }

  private judgePayments(): void {
    const { repeated, unexcused } = judgePayments(this.run.requests, this.outages);
    this.figures.textsRepeated = repeated;
    if (unexcused > 0) this.violations.push(`(b) ${unexcused} texts were paid for twice that were not under way at the fault`);
  }
}
