/** The one job that nobody disturbs: what it publishes is what every other has to publish. */
import { checkAgreement, checkNoOrphans, checkOutcomes } from './invariants';
import { CellRun, COLLECTION, summaryOf } from './cell-run';
import { endWorkers } from './leftovers';
import { judgePayments } from './payments';
import { readPublished } from './published';
import { createRandom } from './random';
import { DOCUMENTS, type Rig } from './rig';

/** Sets the rig's reference. @returns how long the job took, in ms */
export async function runUndisturbed(rig: Rig): Promise<number> {
  const run = await CellRun.open(rig, 'undisturbed', createRandom(0));
  try {
    await run.addWorker();
    const startedAtMs = Date.now();
    await run.startJob();
    const end = await run.untilEnd();
    const tookMs = Date.now() - startedAtMs;
    rig.reference = await readPublished(run.db, COLLECTION);
    const { repeated } = judgePayments(run.requests, []);
    const problems = [...(await checkAgreement(run, end)).problems, ...(await checkNoOrphans(run)), ...(await checkOutcomes(run, end, undefined)), ...(await endWorkers(run))];
    if (end.status !== 'COMPLETED' || rig.reference.size !== DOCUMENTS || repeated > 0 || problems.length > 0) {
      throw new Error(`The undisturbed job: ${summaryOf(end)}, ${rig.reference.size} documents, ${repeated} texts twice. ${problems.join(' ')}`);
    }
    return tookMs;
  } finally {
    await run.close();
  }
}
