/** Numbers, times and reasons as people read them. */
import type { WaitReason } from '../../domain/wait-reason';

const WAIT_REASONS_IN_WORDS: Record<WaitReason, string> = {
  PAUSED: 'paused',
  BUDGET: 'the budget is used up',
  NO_WORKER: 'no worker is running',
  PROVIDER_DOWN: 'the embedding provider does not answer',
  RATE_LIMITED: 'the embedding provider limits the rate',
  RETRYING: 'an attempt failed and is made again',
  DOWNSTREAM: 'waits for later phases to catch up',
  UPSTREAM: 'waits for documents',
};

export function waitReasonInWords(reason: WaitReason): string {
  return WAIT_REASONS_IN_WORDS[reason];
}

/** `12,345` */
export function count(value: number): string {
  return value.toLocaleString('en-US');
}

/** `1 document`, `12,345 documents` */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
}

/** `0.8 s`, `42 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h` */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds) / 1_000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3_600) return twoUnits(whole, 60, 'min', 's');
  const minutes = Math.floor(whole / 60);
  return minutes < 1_440 ? twoUnits(minutes, 60, 'h', 'min') : twoUnits(Math.floor(minutes / 60), 24, 'd', 'h');
}

/** `12/s`, `0.4/s`, `7/min` */
export function rate(perSecond: number): string {
  if (perSecond >= 9.95) return `${count(Math.round(perSecond))}/s`;
  return perSecond >= 0.2 ? `${perSecond.toFixed(1)}/s` : `${(perSecond * 60).toFixed(1)}/min`;
}

/** `2026-11-24 08:11:56` in the local time zone. */
export function localTime(iso: string): string {
  const time = new Date(iso);
  const two = (value: number) => String(value).padStart(2, '0');
  const day = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join('-');
  return `${day} ${[time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(':')}`;
}

function twoUnits(value: number, size: number, large: string, small: string): string {
  const rest = value % size;
  return `${Math.floor(value / size)} ${large}${rest > 0 ? ` ${rest} ${small}` : ''}`;
}
