/** The results file: a line a cell, appended as soon as the cell is over, so that a run that breaks off goes on where it was. */
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CellResult } from './cell';
import type { KillsResult } from './kills';

/** A deliberate defect of the product, and whether a cell found it. */
export interface DefectResult {
  /** The letter of what it breaks. */
  promise: string;
  defect: string;
  cell: string;
  found: boolean;
  /** The first that the harness said of it. */
  says: string;
}

export const CHECKOUT = join(__dirname, '..', '..', '..');
export const RESULTS_FILE = join(CHECKOUT, 'test', 'faults', 'results.jsonl');

interface Origin {
  seed: number;
  /** Of the product's own code, with `+` when that is changed and not committed. */
  commit: string;
  /** ISO 8601 */
  date: string;
}

export type ResultLine = Origin &
  (({ kind: 'cell'; cell: string; workers: number } & CellResult) | { kind: 'not-run'; cell: string; why: string } | ({ kind: 'kills' } & KillsResult) | ({ kind: 'defect' } & DefectResult));

export function readResults(file = RESULTS_FILE): ResultLine[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as ResultLine);
}

export function appendResult(line: ResultLine, file = RESULTS_FILE): void {
  appendFileSync(file, `${JSON.stringify(line)}\n`);
}

/** What is tested: the last commit of anything that a user gets. */
export function productCommit(): string {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: CHECKOUT, encoding: 'utf8' }).trim();
  const product = ['src', 'workflows', 'activities', 'package.json'].map((name) => `:/${name}`);
  const isChanged = git('status', '--porcelain', '--', ...product) !== '';
  return `${git('log', '-1', '--format=%h', '--', ...product)}${isChanged ? '+' : ''}`;
}
