/**
 * The fault harness: `npm run test:faults -- [--seed 0] [--cells N] [--only 'postgres-kill*'] [--kills 100] [--again] [--results FILE]`.
 *
 * Runs the covering set of the seed, or the cells of it that `--only` names (with an @, of the whole product), appends a line a cell to
 * results.jsonl, and writes docs/guarantees.md from that file (with `--results`: appends to that file, and writes no page). Cells that kept every
 * promise, as the file has it for this seed and commit, are passed over unless `--again`. Exit code 1 when a promise was broken.
 */
import { parseArgs } from 'node:util';
import picomatch from 'picomatch';
import { runCell } from './cell';
import { whyNoDisk } from './disk-full';
import { writeGuarantees } from './guarantees';
import { runKills } from './kills';
import { coveringSet, wholeProduct, type CellPlan } from './matrix';
import { appendResult, productCommit, readResults, RESULTS_FILE, type ResultLine } from './results';
import { startRig, type Rig } from './rig';
import { runUndisturbed } from './undisturbed';

async function main(): Promise<boolean> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ options: { seed: text, cells: text, only: text, kills: text, results: text, again: { type: 'boolean' } } });
  const seed = Number(values.seed ?? 0);
  const file = values.results ?? RESULTS_FILE;
  const commit = productCommit();
  const origin = () => ({ seed, commit, date: new Date().toISOString() });
  const cells = values.kills !== undefined && values.only === undefined && values.cells === undefined ? [] : chooseCells(seed, values.only);
  const keptOnes = new Set(readResults(file).flatMap((line) => (line.kind === 'cell' && line.seed === seed && line.commit === commit && line.violations.length === 0 ? line.cell : [])));
  const isDone = ({ name }: CellPlan) => !values.again && keptOnes.has(name);
  const plan = cells.filter((cell) => !isDone(cell)).slice(0, Number(values.cells ?? Infinity));
  say(`${plan.length} cells of seed ${seed} on ${commit}${cells.length > plan.length ? `, ${cells.length - plan.length} of ${cells.length} left out` : ''}`);

  let allKept = true;
  const note = (line: ResultLine & { violations?: string[] }) => {
    appendResult(line, file);
    for (const violation of line.violations ?? []) say(`  BROKEN ${violation}`);
    if (line.violations?.length) allKept = false;
  };
  const rig = await startRig();
  const stop = closeOnSignal(rig);
  try {
    say(`undisturbed: ${await runUndisturbed(rig)} ms`);
    for (const [index, cell] of plan.entries()) {
      say(`${index + 1}/${plan.length} ${cell.name}, ${cell.workers} workers`);
      const why = cell.fault === 'disk-full' ? whyNoDisk() : undefined;
      if (why !== undefined) note({ kind: 'not-run', ...origin(), cell: cell.name, why });
      else note({ kind: 'cell', ...origin(), cell: cell.name, workers: cell.workers, ...(await runCell(rig, cell, say)) });
    }
    if (values.kills !== undefined) note({ kind: 'kills', ...origin(), ...(await runKills(rig, seed, Number(values.kills), say)) });
  } finally {
    stop();
    await rig.close();
  }
  if (file === RESULTS_FILE) writeGuarantees();
  return allKept;
}

function chooseCells(seed: number, only: string | undefined): CellPlan[] {
  const isWanted = picomatch(only ?? '*');
  return (only?.includes('@') ? wholeProduct(seed) : coveringSet(seed)).filter(({ name, fault }) => isWanted(name) || isWanted(fault));
}

/** Ctrl-C must leave no server behind. */
function closeOnSignal(rig: Rig): () => void {
  const onSignal = () => void rig.close().finally(() => process.exit(130));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, onSignal);
  return () => void (['SIGINT', 'SIGTERM'] as const).forEach((signal) => process.off(signal, onSignal));
}

function say(line: string): void {
  console.error(`${new Date().toISOString().slice(11, 19)} ${line}`);
}

main().then(
  (allKept) => process.exit(allKept ? 0 : 1),
  (error: Error) => {
    console.error(error);
    process.exit(2);
  },
);
