/** A job as `sluice status` and the end of `sluice ingest` tell it to people. */
import { ERROR_KINDS } from '../domain/errors';
import type { JobStatus } from '../domain/job-status';
import type { DocumentCounts, JobStatusResponse } from '../domain/job-view';
import { sourceLabel } from '../domain/source-label';
import { phaseBars } from './progress/phase-bars';
import type { Style } from './terminal/style';
import { harmless } from './terminal/text-width';
import { count, counted, duration, localTime } from './terminal/words';

export interface ReportLayout {
  columns: number;
  style: Style;
  nowMs: number;
}

export function jobReport(job: JobStatusResponse, { columns, style, nowMs }: ReportLayout): string[] {
  const fields: [string, string][] = [
    ['source', harmless(sourceLabel(job.source))],
    ['collection', job.collection],
    ['documents', documentsInWords(job.documents, job.chunks)],
    ['started', startedInWords(job, nowMs)],
  ];
  if (job.retryOf) fields.push(['retry of', job.retryOf]);
  const width = Math.max(...fields.map(([name]) => name.length));
  return [
    `${style.bold(job.jobId)}  ${paintStatus(job.status, style)} ${job.progress}%`,
    ...fields.map(([name, value]) => `  ${style.dim(name.padEnd(width))}  ${value}`),
    '',
    ...phaseBars(job, { columns: columns - 2, style }).map((line) => `  ${line}`),
    ...errorLines(job, style),
    ...(job.readFrom === 'mirror' ? ['', style.dim(`  As recorded in the database at ${localTime(job.asOf)}: no worker answered.`)] : []),
  ];
}

/** How a job ended, in a line or two, with what to do next. */
export function endReport(job: JobStatusResponse, style: Style): string[] {
  if (job.status === 'FAILED') return [style.bad(`Failed: ${job.jobId}`), ...errorLines(job, style)];
  const time = job.startedAt && job.finishedAt ? ` in ${duration(Date.parse(job.finishedAt) - Date.parse(job.startedAt))}` : '';
  const lines = [`${style.good('Done')}${time}: ${documentsInWords(job.documents, job.chunks)}`];
  if (job.documents.failed > 0)
    lines.push(`See why: sluice failures ${job.jobId}    Try them again: sluice retry ${job.jobId} --failed-only`);
  return lines;
}

/** `120 found, 40 indexed, 10 unchanged, 2 failed, 3 ignored · 912 chunks`: what is zero is left out. */
export function documentsInWords(documents: DocumentCounts, chunks: number): string {
  const { total, totalIsFinal, succeeded, skipped, failed, removed, ignored } = documents;
  const parts = [`${counted(total, 'document')}${totalIsFinal ? '' : ' found so far'}`];
  for (const [value, word] of [
    [succeeded, 'indexed'],
    [skipped, 'unchanged'],
    [failed, 'failed'],
    [removed, 'removed'],
    [ignored, 'ignored'],
  ] as const) {
    if (value > 0) parts.push(`${count(value)} ${word}`);
  }
  return `${parts.join(', ')}${chunks > 0 ? ` · ${counted(chunks, 'chunk')}` : ''}`;
}

export function paintStatus(status: JobStatus, style: Style): string {
  if (status === 'FAILED') return style.bad(status);
  return status === 'COMPLETED' ? style.good(status) : style.warning(status);
}

function startedInWords({ createdAt, startedAt, finishedAt }: JobStatusResponse, nowMs: number): string {
  if (!startedAt) return `not yet: waiting since ${localTime(createdAt)}`;
  const took = duration((finishedAt ? Date.parse(finishedAt) : nowMs) - Date.parse(startedAt));
  return `${localTime(startedAt)}, ${finishedAt ? `took ${took}` : `${took} ago`}`;
}

function errorLines({ error, jobId }: JobStatusResponse, style: Style): string[] {
  if (!error) return [];
  const lines = ['', `  ${style.bad(`${error.code} in ${error.phase}`)}: ${harmless(error.message)}`, `  ${ERROR_KINDS[error.code].hint}`];
  if (error.code === 'TOO_MANY_FAILURES') lines.push(`  The documents that failed: sluice failures ${jobId}`);
  return lines;
}
