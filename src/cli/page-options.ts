/** --limit and --cursor of commands that list. */
import type { Command } from 'commander';
import { z } from 'zod';
import { numberBy } from './command';

export interface PageOptions {
  limit: number;
  cursor?: string;
}

const LIMIT = 'must be a whole number from 1 to 1000';
const limit = z.int(LIMIT).min(1, LIMIT).max(1_000, LIMIT);

export function addPageOptions(command: Command): Command {
  return command.option('--limit <n>', 'so many at most', numberBy(limit), 50).option('--cursor <cursor>', 'go on after an earlier page');
}

export function nextPageLines(nextCursor: string | null): string[] {
  return nextCursor === null ? [] : ['', `There are more: --cursor ${nextCursor}`];
}
