/** `sluice status` and `sluice jobs` while something is broken, as a user asks: an answer in time, no false end, no stack trace. */
import type { JobStatusResponse } from '../../src/domain/job-view';
import type { CellRun } from './cell-run';
import type { CliRun } from './processes';
import { PROMISED_MS } from './promises';

/** Exit code of SERVER_UNREACHABLE. */
const UNREACHABLE = 4;

export interface CliLook {
  problems: string[];
  slowestMs: number;
  /** What `status` told, when it could tell. */
  view?: JobStatusResponse;
}

/** @param away servers that this command can't reach */
export async function lookByCli(run: CellRun, away: readonly ('postgres' | 'temporal')[]): Promise<CliLook> {
  const status = await run.sluice('status', run.jobId, '--json');
  const jobs = await run.sluice('jobs', '--json');
  const problems = [...problemsOf('status', status, away.length < 2), ...problemsOf('jobs', jobs, !away.includes('postgres'))];
  const view = status.code === 0 ? (JSON.parse(status.stdout) as JobStatusResponse) : undefined;
  return { problems, slowestMs: Math.max(status.tookMs, jobs.tookMs), view };
}

function problemsOf(command: string, { code, stdout, stderr, tookMs }: CliRun, canTell: boolean): string[] {
  const problems: string[] = [];
  const said = `${stdout}${stderr}`.trim().slice(-300);
  if (tookMs > PROMISED_MS.answer) problems.push(`(time) \`sluice ${command}\` took ${tookMs} ms`);
  if (/^\s+at .*[(:]/m.test(`${stdout}${stderr}`)) problems.push(`(e) \`sluice ${command}\` shows a stack trace: ${said}`);
  // A server that is there and does not answer within the command's own deadline: a matter of time.
  if (code !== 0 && (canTell || code !== UNREACHABLE)) problems.push(`(${code === UNREACHABLE ? 'time' : 'e'}) \`sluice ${command}\` ended with ${code}: ${said}`);
  return problems;
}
