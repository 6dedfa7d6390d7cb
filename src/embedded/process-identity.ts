/**
 * Which process a pid means. Pids are used again, so a process is named by its pid and its start; a zombie counts as ended, because in a
 * container nobody may ever reap it.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';

/** When the living process `pid` started, as an opaque text of letters and digits; undefined when there is none. */
export function findProcessStart(pid: number): string | undefined {
  if (process.platform === 'linux') {
    const stat = readProcFile(pid, 'stat');
    // The command name, in parentheses, may itself hold spaces and parentheses: count from the last one.
    const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, startTicks] = [fields?.[0], fields?.[19]];
    return state === undefined || state === 'Z' || state === 'X' ? undefined : startTicks;
  }
  const [state, ...start] = askPs(pid, 'stat=,lstart=').split(/\s+/);
  return !state || state.startsWith('Z') ? undefined : start.join('').replace(/[^A-Za-z0-9]/g, '');
}

/** The command line of a living process, its arguments joined by spaces; undefined when there is none. */
export function findCommandLine(pid: number): string | undefined {
  if (findProcessStart(pid) === undefined) return undefined;
  const line = process.platform === 'linux' ? readProcFile(pid, 'cmdline')?.replace(/\0/g, ' ') : askPs(pid, 'args=');
  return line?.trim() || undefined;
}

/** The working directory of a process; undefined where the system does not tell. */
export function findWorkingDirectory(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined;
  }
}

let claims = 0;

/** A file name that belongs to this process alone, different at each call. */
export function newProcessClaim(): string {
  claims += 1;
  return `${process.pid}-${findProcessStart(process.pid) ?? '0'}-${claims}`;
}

/** Whether the process that made this claim ({@link newProcessClaim}) still lives. What is not a claim is nobody's. */
export function isClaimAlive(claim: string): boolean {
  const [, pid, start] = /^(\d+)-([A-Za-z0-9]+)-\d+$/.exec(claim) ?? [];
  return pid !== undefined && findProcessStart(Number(pid)) === start;
}

function readProcFile(pid: number, name: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return undefined;
  }
}

function askPs(pid: number, columns: string): string {
  try {
    return execFileSync('ps', ['-ww', '-o', columns, '-p', String(pid)], {
      encoding: 'utf8', env: { PATH: process.env['PATH'], LC_ALL: 'C' }, stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return '';
  }
}
