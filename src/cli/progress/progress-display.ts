/** Shows a job's progress as it comes: four live bars on a terminal, a line a change elsewhere. With --json all of it on standard error. */
import type { JobStatusResponse } from '../../domain/job-view';
import type { CliIo } from '../cli-io';
import { LiveRegion } from '../terminal/live-region';
import { createStyle, wantsColour } from '../terminal/style';
import { cut } from '../terminal/text-width';
import { counted, duration } from '../terminal/words';
import { changeLines } from './change-lines';
import { phaseBars } from './phase-bars';
import { RateMeter } from './rate-meter';

/** 5 Hz: the time that has passed moves between two snapshots, and a resized terminal is drawn anew. */
const REDRAW_INTERVAL_MS = 200;

export interface ProgressDisplay {
  show(job: JobStatusResponse): void;
  /** Leaves what was shown last. */
  close(): void;
}

export function createProgressDisplay(io: CliIo): ProgressDisplay {
  const stream = io.isJson ? io.stderr : io.stdout;
  return stream.isTTY && io.env.TERM !== 'dumb' ? createLiveDisplay(io, stream) : createLineDisplay(stream);
}

function createLineDisplay(stream: CliIo['stdout']): ProgressDisplay {
  let last: JobStatusResponse | undefined;
  return {
    show(job) {
      for (const line of changeLines(last, job)) stream.write(`${line}\n`);
      last = job;
    },
    close() {},
  };
}

function createLiveDisplay(io: CliIo, stream: CliIo['stdout']): ProgressDisplay {
  const region = new LiveRegion(stream);
  const style = createStyle(wantsColour(stream, io.env));
  const meter = new RateMeter();
  let last: JobStatusResponse | undefined;

  const draw = (): void => {
    if (!last) return;
    const columns = stream.columns ?? 80;
    const bars = phaseBars(last, { columns, style, findRate: (phase) => meter.findRate(phase) });
    region.draw([...bars, style.dim(cut(footer(last, Date.now()), columns - 1))]);
  };
  // Lines for standard error go above the bars, where both are this terminal.
  const restoreSay = io.stderr.isTTY ? io.divertSay((line) => region.say(line)) : () => undefined;
  const timer = setInterval(draw, REDRAW_INTERVAL_MS);
  return {
    show(job) {
      meter.add(job, performance.now());
      last = job;
      draw();
    },
    close() {
      clearInterval(timer);
      restoreSay();
      draw();
    },
  };
}

/** `41% · 120 documents, 2 failed · 912 chunks · 3 min 20 s` */
export function footer({ progress, documents, chunks, startedAt, finishedAt }: JobStatusResponse, nowMs: number): string {
  const failed = documents.failed > 0 ? `, ${documents.failed} failed` : '';
  const parts = [
    `${progress}%`,
    `${counted(documents.total, 'document')}${documents.totalIsFinal ? '' : ' so far'}${failed}`,
    counted(chunks, 'chunk'),
  ];
  if (startedAt) parts.push(duration((finishedAt ? Date.parse(finishedAt) : nowMs) - Date.parse(startedAt)));
  return parts.join(' · ');
}
