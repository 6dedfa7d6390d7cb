/** Which fault is tried at which moment: a balanced part of the whole product, and what else a cell varies. */
import { createRandom } from './random';

/** What is done to a job, one at a time. How: faults.ts. */
export const FAULTS = [
  'worker-kill',
  'worker-sigterm',
  'parser-kill',
  'temporal-kill',
  'postgres-kill',
  'postgres-stop-30s',
  'connection-drop',
  'connection-silence',
  'connection-delay',
  'disk-full',
  'provider-429-retry-after',
  'provider-429',
  'provider-500',
  'provider-hang',
  'provider-reset',
  'provider-short',
  'provider-shuffled',
  'provider-dimensions',
  'provider-nan',
  'provider-401',
  'provider-text-too-long',
] as const;

export type FaultName = (typeof FAULTS)[number];

/** When it is done: at work in a phase, or in one of the narrow places. How they are met: moments.ts. */
export const MOMENTS = ['discovery', 'LOADING', 'CHUNKING', 'EMBEDDING', 'INDEXING', 'finish', 'paused', 'cancelling', 'continue-as-new'] as const;

export type MomentName = (typeof MOMENTS)[number];

export interface CellPlan {
  /** `worker-kill@EMBEDDING` */
  name: string;
  fault: FaultName;
  moment: MomentName;
  seed: number;
  /** Workers that share the job's work. */
  workers: 1 | 2;
}

const MOMENTS_A_FAULT = 3;
const SEEDS_FOR_ALL = MOMENTS.length / MOMENTS_A_FAULT;

/**
 * The covering set of a seed, in the order in which it is run: every fault at three moments, every moment with seven faults. Three seeds
 * that follow each other, from one divisible by three on, make up the whole product.
 */
export function coveringSet(seed: number): CellPlan[] {
  const round = createRandom(Math.floor(seed / SEEDS_FOR_ALL));
  const faults = round.shuffled(FAULTS);
  const moments = round.shuffled(MOMENTS);
  const cells = faults.flatMap((fault, row) =>
    Array.from({ length: MOMENTS_A_FAULT }, (_, index) => planCell(fault, moments[(row + seed + SEEDS_FOR_ALL * index) % moments.length]!, seed)),
  );
  return createRandom(seed).shuffled(cells);
}

/** Every fault at every moment. */
export function wholeProduct(seed: number): CellPlan[] {
  return FAULTS.flatMap((fault) => MOMENTS.map((moment) => planCell(fault, moment, seed)));
}

/** The same numbers for a cell wherever it stands in the order. */
export function randomOf({ fault, moment, seed }: Pick<CellPlan, 'fault' | 'moment' | 'seed'>) {
  return createRandom((seed * FAULTS.length + FAULTS.indexOf(fault)) * MOMENTS.length + MOMENTS.indexOf(moment));
}

function planCell(fault: FaultName, moment: MomentName, seed: number): CellPlan {
  return { name: `${fault}@${moment}`, fault, moment, seed, workers: randomOf({ fault, moment, seed }).below(4) === 0 ? 2 : 1 };
}
