/**
 * A few cells of the fault harness, one of each kind of harm: `npm run test:faults` runs a whole covering set. They have servers of their own,
 * which can be killed.
 */
import { runCell } from './cell';
import { wholeProduct } from './matrix';
import { startRig, type Rig } from './rig';
import { runUndisturbed } from './undisturbed';

const CELLS = ['worker-kill@EMBEDDING', 'postgres-kill@INDEXING', 'temporal-kill@cancelling', 'provider-shuffled@EMBEDDING'];

/** How long things take says something on a machine that does nothing else: there the harness judges it. */
const IS_OF_TIME = /^\((time|recovery)\)/;

let rig: Rig;

beforeAll(async () => {
  rig = await startRig();
  await runUndisturbed(rig);
}, 60_000);

afterAll(() => rig?.close());

test.each(CELLS)('%s: every promise is kept', async (name) => {
  const plan = wholeProduct(0).find((cell) => cell.name === name)!;
  const { violations } = await runCell(rig, plan, () => undefined);
  expect(violations.filter((violation) => !IS_OF_TIME.test(violation))).toEqual([]);
}, 240_000);
