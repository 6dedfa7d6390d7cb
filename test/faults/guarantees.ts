/** docs/guarantees.md, written from the results file and from nothing else. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FAULTS, MOMENTS, type FaultName, type MomentName } from './matrix';
import { PROMISED_MS, PROMISES } from './promises';
import { CHECKOUT, readResults, type ResultLine } from './results';

type CellLine = Extract<ResultLine, { kind: 'cell' }>;
type KillsLine = Extract<ResultLine, { kind: 'kills' }>;
type DefectLine = Extract<ResultLine, { kind: 'defect' }>;

/** What was broken is an answer or a recovery that took too long, and nothing else. */
const IS_LATE = /^\((time|recovery)\)/;

export function writeGuarantees(): void {
  writeFileSync(join(CHECKOUT, 'docs', 'guarantees.md'), guaranteesPage(readResults()));
}

/** Only the last result of each cell and seed counts: an earlier one was mended since. */
export function guaranteesPage(lines: readonly ResultLine[]): string {
  const cells = latest(lines.filter((line): line is CellLine => line.kind === 'cell'), (line) => `${line.cell} ${line.seed}`);
  const kills = latest(lines.filter((line): line is KillsLine => line.kind === 'kills'), (line) => String(line.seed));
  const defects = latest(lines.filter((line): line is DefectLine => line.kind === 'defect'), (line) => line.promise);
  const isRun = new Set(cells.map(({ cell }) => cell));
  const notRun = latest(lines.filter((line) => line.kind === 'not-run'), (line) => line.cell).filter(({ cell }) => !isRun.has(cell));
  return `${[
    '# Guarantees',
    'Written by `npm run test:faults` from `test/faults/results.jsonl`: not to be changed by hand. Real processes and servers are killed, '
      + 'stopped and cut off under a job of 300 documents, one fault at one moment (a cell); then everything promised is looked at. A fault of the '
      + 'embedding provider comes from a server that speaks its API.',
    summary(cells),
    '## What is promised, and how it is shown',
    table(
      ['', 'promise', 'how it is looked at', 'cells in which it held', 'seen to fail with'],
      PROMISES.map(({ key, promise, how }) => [key, promise, how, heldIn(cells, key), seenToFail(defects, key)]),
    ),
    '## Faults and moments',
    'How many seeds kept every promise, of those run. `◷`: all but those of time. `○`: the job met the fault nowhere in it, such as a provider that is not asked any more. '
      + 'Empty: not run.',
    table(['', ...MOMENTS], FAULTS.map((fault) => [fault, ...MOMENTS.map((moment) => inMatrix(cells, fault, moment))])),
    ...broken(cells),
    '## How soon work goes on, and how soon status is told',
    'From the start of another worker, or the return of the server, to the start of the next activity; how long the service and a command with '
      + 'its start took to answer. Milliseconds, the median and the most.',
    table(
      ['fault', 'next activity', 'promised', 'service', 'command', 'texts paid for again, at most'],
      FAULTS.flatMap((fault) => figuresOf(cells, fault)),
    ),
    '## Killed again and again',
    kills.length === 0 ? 'Not run.' : kills.map(killsText).join('\n\n'),
    '## What was not run',
    ...whyNotRun(cells, notRun),
  ].join('\n\n')}\n`;
}

function summary(cells: readonly CellLine[]): string {
  if (cells.length === 0) return 'No cell was run.';
  const dates = cells.map(({ date }) => date.slice(0, 10)).sort();
  const commits = countBy(cells, ({ commit }) => commit);
  const kept = cells.filter(({ violations }) => violations.length === 0).length;
  const seconds = cells.reduce((sum, { figures }) => sum + figures.durationMs, 0) / 1_000;
  const on = [...commits].map(([commit, count]) => `${commit} (${count})`).join(', ');
  const mean = Math.round(seconds / cells.length);
  return `${kept} of ${cells.length} cells kept every promise; ${mean} s a cell. Run ${dates[0]} to ${dates[dates.length - 1]}, on the commits ${on}.`;
}

function heldIn(cells: readonly CellLine[], key: string): string {
  return `${cells.filter(({ violations }) => !violations.some((violation) => violation.startsWith(`(${key})`))).length} of ${cells.length}`;
}

function seenToFail(defects: readonly DefectLine[], key: string): string {
  const own = defects.filter((line) => line.promise === key);
  return own.map(({ defect, found, commit }) => `${found ? '' : 'not noticed: '}${defect} (${commit})`).join('; ');
}

function inMatrix(cells: readonly CellLine[], fault: FaultName, moment: MomentName): string {
  const run = cells.filter(({ cell }) => cell === `${fault}@${moment}`);
  if (run.length === 0) return '';
  const kept = run.filter(({ violations }) => violations.length === 0).length;
  const isLateOnly = run.every(({ violations }) => violations.every((violation) => IS_LATE.test(violation)));
  return `${kept === run.length ? '✓' : isLateOnly ? '◷' : '✗'} ${kept}/${run.length}${run.some(({ figures }) => figures.felt) ? '' : ' ○'}`;
}

function broken(cells: readonly CellLine[]): string[] {
  const lines = cells.filter(({ violations }) => violations.length > 0);
  const list = lines.map(({ cell, seed, violations, figures }) => `- ${cell}, seed ${seed}, load ${figures.loadAverage ?? 'not noted'}: ${violations.map(escape).join('; ')}`);
  return lines.length === 0 ? [] : ['### Broken', list.join('\n')];
}

function figuresOf(cells: readonly CellLine[], fault: FaultName): string[][] {
  const figures = cells.filter(({ cell }) => cell.startsWith(`${fault}@`)).map((line) => line.figures);
  if (figures.length === 0) return [];
  const promised = fault.startsWith('worker') ? PROMISED_MS.afterWorkerStart : /^(temporal|postgres|connection|disk)/.test(fault) ? PROMISED_MS.afterServerReturn : undefined;
  return [[
    fault,
    medianAndMost(figures.flatMap(({ recoveryMs }) => recoveryMs ?? [])),
    promised === undefined ? '' : `${promised}`,
    `${medianAndMost(figures.map(({ slowestStatusMs }) => slowestStatusMs))} of ${PROMISED_MS.answer}`,
    `${medianAndMost(figures.map(({ slowestCommandMs }) => slowestCommandMs))} of ${PROMISED_MS.answer}`,
    String(Math.max(...figures.map(({ textsRepeated }) => textsRepeated))),
  ]];
}

function killsText({ seed, commit, date, end, kills, recoveryMs, violations, durationMs, textsRepeated }: KillsLine): string {
  const times = (Object.keys(kills) as (keyof typeof kills)[]).map((target) => {
    const recovery = recoveryMs[target];
    return `${target} ${kills[target]} times${recovery ? ` (next activity after ${recovery.median} ms, at most ${recovery.most})` : ''}`;
  });
  const count = Object.values(kills).reduce((sum, number) => sum + number, 0);
  return [
    `One job, killed ${count} times at random moments with \`kill -9\`: ${times.join(', ')}.`,
    `It took ${Math.round(durationMs / 1_000)} s and ended ${end}; ${textsRepeated} texts were paid for again.`,
    violations.length === 0 ? 'Every promise was kept.' : `Broken: ${violations.map(escape).join('; ')}.`,
    `Seed ${seed}, commit ${commit}, ${date.slice(0, 10)}.`,
  ].join(' ');
}

function whyNotRun(cells: readonly CellLine[], notRun: readonly Extract<ResultLine, { kind: 'not-run' }>[]): string[] {
  const product = FAULTS.length * MOMENTS.length;
  const run = new Set(cells.map(({ cell }) => cell)).size;
  const rest = `${product - run} of the ${product} pairs of a fault and a moment: a run tries each fault at three moments and each moment with `
    + 'seven faults; three seeds that follow each other, from one divisible by three on, try them all.';
  return [[...notRun.map(({ cell, why }) => `- ${cell}: ${why}.`), ...(run < product ? [`- ${rest}`] : [])].join('\n') || 'Nothing.'];
}

function latest<T>(lines: readonly T[], keyOf: (line: T) => string): T[] {
  return [...new Map(lines.map((line) => [keyOf(line), line])).values()];
}

function countBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1);
  return counts;
}

function medianAndMost(values: readonly number[]): string {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted.length === 0 ? '' : `${sorted[sorted.length >> 1]} / ${sorted[sorted.length - 1]}`;
}

/** For the cell of a table. */
function escape(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(escape).join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line)].join('\n');
}
