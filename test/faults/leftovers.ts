/** (g) What may be left of a cell when its workers have gone: nothing. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { expectEventually } from '../harness/expect-eventually';
import type { CellRun } from './cell-run';
import { findParserChildren, type WorkerProcess } from './processes';

/** A worker may wait so long for what is at work when it is told to go. */
const EXIT_PATIENCE_MS = 40_000;

/** Ends the workers as their administrator would, and looks for what stays. */
export async function endWorkers(run: CellRun): Promise<string[]> {
  const problems = await goneBefore(run.workers);
  for (const worker of run.liveWorkers) worker.kill('SIGTERM');
  for (const worker of run.liveWorkers) {
    const ended = await Promise.race([worker.exit, sleep(EXIT_PATIENCE_MS, undefined, { ref: false })]);
    if (ended === undefined) problems.push(`(g) worker ${worker.pid} did not go within ${EXIT_PATIENCE_MS / 1000} s`);
    else if (ended.code !== 0) problems.push(`(g) worker ${worker.pid} ended with ${ended.code ?? ended.signal}`);
  }
  problems.push(...(await none('parser children', () => run.workers.flatMap(({ pid }) => findParserChildren(pid)).map(({ pid, commandLine }) => `${pid} ${commandLine.split('/').pop()}`))));
  problems.push(...(await none('temporary files', () => readdirSync(join(run.folder, 'tmp')))));
  return problems;
}

/** Of workers that have gone already: the harness killed them, or told them to go and they went well. Beside another one, a job does not tell. */
export async function goneBefore(workers: readonly Pick<WorkerProcess, 'pid' | 'exit' | 'hasExited' | 'told'>[]): Promise<string[]> {
  const gone = await Promise.all(workers.filter(({ hasExited }) => hasExited).map(async ({ pid, told, exit }) => ({ pid, told, ...(await exit) })));
  return gone.flatMap(({ pid, told, code, signal }) => {
    const isWanted = told === 'SIGKILL' ? signal === told : told !== undefined && code === 0;
    return isWanted ? [] : [`(g) worker ${pid} ended with ${code ?? signal}, told ${told ?? 'nothing'}`];
  });
}

/** Call it when the harness has no connection of its own to the cell's database. */
export async function checkNoSessions(databaseUrl: string): Promise<string[]> {
  const client = new Client({ connectionString: databaseUrl, application_name: 'fault harness' });
  await client.connect();
  try {
    const ask = async (sql: string) => (await client.query<{ what: string }>(sql)).rows.map(({ what }) => what);
    return [
      ...(await none('sessions', () => ask(`select state || ' ' || query as what from pg_stat_activity where datname = current_database() and application_name = 'sluice'`))),
      ...(await none('locks', () => ask(`select mode as what from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())`))),
    ];
  } finally {
    await client.end();
  }
}

async function none(what: string, find: () => string[] | Promise<string[]>): Promise<string[]> {
  return expectEventually(async () => {
    const left = await find();
    if (left.length > 0) throw new Error(`(g) ${left.length} ${what} left: ${left[0]!.slice(0, 200)}`);
    return [];
  }).catch((error: Error) => [error.message]);
}
