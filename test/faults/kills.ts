/** One job, killed many times: at each step of its progress any of its processes, at a random moment. */
import { availableParallelism } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { JobOptions } from '../../src/domain/ingestion-input';
import { withDatabase } from '../harness/test-database';
import { CellRun, JOB_OPTIONS, summaryOf } from './cell-run';
import { createFault } from './faults';
import { checkAgreement, checkNoOrphans, checkOutcomes, checkPublished } from './invariants';
import { checkNoSessions, endWorkers } from './leftovers';
import { judgePayments, type Outage } from './payments';
import { createRandom } from './random';
import { activityStarts, recoveryMs } from './recovery';
import { DOCUMENTS, type Rig } from './rig';
import { StatusWatch } from './status-watch';

const TARGETS = ['worker', 'worker', 'temporal', 'postgres', 'parser'] as const;
type Target = (typeof TARGETS)[number];

/** So soon after a kill of its parser a document may be with its second one. */
const SECOND_TRY_MS = 5_000;

export interface KillsResult {
  end: string;
  violations: string[];
  durationMs: number;
  kills: Record<Target, number>;
  /** Of each kind of process: from its return to the start of the next activity. */
  recoveryMs: Partial<Record<Target, { median: number; most: number }>>;
  textsRepeated: number;
}

/** @param count kills, spread over the job's progress, so that it lasts for all of them */
export async function runKills(rig: Rig, seed: number, count: number, log: (line: string) => void): Promise<KillsResult> {
  const startedAtMs = Date.now();
  const random = createRandom(seed);
  const run = await CellRun.open(rig, `kills-${seed}-${startedAtMs}`, random);
  const options: JobOptions = { ...JOB_OPTIONS, batchDocuments: 4, concurrency: { LOADING: 2, CHUNKING: 2, EMBEDDING: 2, INDEXING: 2 } };
  const violations: string[] = [];
  const kills: Record<Target, number> = { worker: 0, temporal: 0, postgres: 0, parser: 0 };
  const backs: { target: Target; killedAtMs: number; atMs: number; limitMs: number }[] = [];
  const outages: Outage[] = [];
  await run.addWorker();
  await run.startJob(options);
  const watch = new StatusWatch(run.jobId, () => run.service, () => run.jobs);

  try {
    for (let number = 0; number < count; number++) {
      const wanted = (number * 4 * DOCUMENTS) / (count + 1);
      const view = await run.untilStatus('further', ({ phases }) => phases.reduce((sum, phase) => sum + phase.itemsProcessed, 0) > wanted, 120_000);
      await sleep(random.below(500));
      const target = random.pick(TARGETS);
      log(`  ${number + 1}/${count} ${target}: ${view.progress} %`);
      const fault = createFault(`${target}-kill`, run);
      const fromMs = Date.now();
      await fault.hurt();
      const atMs = await fault.mend();
      kills[target]++;
      outages.push({ fromMs, toMs: Date.now() });
      backs.push({ target, killedAtMs: fromMs, atMs, limitMs: fault.recoveryLimitMs ?? Infinity });
    }
  } catch (error) {
    log(`  ${String(error)}`);
    violations.push(`(end) ${(error as Error).message}`);
    await rig.servers.ensure();
    run.reconnect();
  }
  const end = await run.untilEnd();
  log(`  ended: ${summaryOf(end)}`);
  await watch.stop();
  const killed = Object.values(kills).reduce((sum, times) => sum + times, 0);
  if (end.status !== 'COMPLETED' || killed !== count) violations.push(`(end) ${summaryOf(end)} after ${killed} kills`);
  const starts = await activityStarts(run.client, run.jobId);
  const recovered = backs.flatMap(({ target, atMs, limitMs }, index) => {
    const ms = recoveryMs(starts, atMs);
    // Killed again before that: it says nothing of the first one.
    const nextAtMs = backs[index + 1]?.killedAtMs ?? Infinity;
    return ms === undefined || atMs + ms > nextAtMs ? [] : [{ target, ms, limitMs }];
  });
  for (const { target, ms, limitMs } of recovered) if (ms > limitMs) violations.push(`(recovery) after ${target}: ${ms} ms`);
  violations.push(...(await checkAgreement(run, end)).problems, ...(await checkNoOrphans(run)), ...(await checkPublished(run, end)), ...(await checkOutcomes(run, end, { count: hitAgain(backs), code: 'PARSER_CRASHED' })));
  violations.push(...watch.illegalSteps(end));
  const { repeated, unexcused } = judgePayments(run.requests, outages);
  if (unexcused > 0) violations.push(`(b) ${unexcused} texts were paid for twice that were not under way at a kill`);
  violations.push(...(await endWorkers(run)));
  await run.disconnect();
  violations.push(...(await checkNoSessions(withDatabase(rig.servers.databaseUrl, run.database))));
  await run.close({ keepFolder: violations.length > 0 });
  const recoveries = Object.fromEntries(
    (Object.keys(kills) as Target[]).flatMap((target) => {
      const times = recovered.filter((one) => one.target === target).map(({ ms }) => ms).sort((a, b) => a - b);
      return times.length === 0 ? [] : [[target, { median: times[times.length >> 1]!, most: times[times.length - 1]! }]];
    }),
  );
  return { end: end.error?.code ?? end.status, violations, durationMs: Date.now() - startedAtMs, kills, recoveryMs: recoveries, textsRepeated: repeated };
}

/** Documents, at most, whose second parser was killed too: they are not tried a third time. */
function hitAgain(backs: readonly { target: Target; killedAtMs: number }[]): number {
  const times = backs.filter(({ target }) => target === 'parser').map(({ killedAtMs }) => killedAtMs);
  return availableParallelism() * times.filter((atMs, index) => atMs - (times[index - 1] ?? -Infinity) < SECOND_TRY_MS).length;
}
