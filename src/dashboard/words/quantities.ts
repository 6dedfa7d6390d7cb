/** Numbers and times for people. English, so that they go with the words around them. */

const COUNT = new Intl.NumberFormat('en');
const RATE = new Intl.NumberFormat('en', { maximumSignificantDigits: 2 });
const CLOCK = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit' });
const DAY = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });

export function count(value: number): string {
  return COUNT.format(value);
}

/** `1 document`, `2 documents` */
export function counted(value: number, noun: string): string {
  return `${count(value)} ${value === 1 ? noun : `${noun}s`}`;
}

/** Of documents: `12/s`, `0.4/s`, `3/min`. */
export function rate(perSecond: number): string {
  if (perSecond === 0) return '0/s';
  if (perSecond >= 0.1) return `${perSecond >= 100 ? count(Math.round(perSecond)) : RATE.format(perSecond)}/s`;
  return perSecond * 60 >= 1 ? `${RATE.format(perSecond * 60)}/min` : `${RATE.format(perSecond * 3_600)}/h`;
}

/** `0.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h` */
export function duration(seconds: number): string {
  if (seconds < 1) return `${Math.max(0, seconds).toFixed(1)} s`;
  const whole = Math.round(seconds);
  const parts = [
    [Math.floor(whole / 86_400), 'd'],
    [Math.floor(whole / 3_600) % 24, 'h'],
    [Math.floor(whole / 60) % 60, 'min'],
    [whole % 60, 's'],
  ] as const;
  const first = parts.findIndex(([value]) => value > 0);
  return parts
    .slice(first, first + 2)
    .filter(([value]) => value > 0)
    .map(([value, unit]) => `${value} ${unit}`)
    .join(' ');
}

/** The time of day; with its date when that is not today. */
export function moment(time: string | Date, now = new Date()): string {
  const date = new Date(time);
  const isToday = date.toDateString() === now.toDateString();
  return isToday ? CLOCK.format(date) : `${DAY.format(date)}, ${CLOCK.format(date)}`;
}

export function secondsBetween(from: string, to: string | number): number {
  return (new Date(to).getTime() - Date.parse(from)) / 1_000;
}

/** `820 B`, `12 kB`, `3.4 MB` */
export function byteSize(bytes: number): string {
  const power = Math.min(3, Math.max(0, Math.floor(Math.log10(Math.max(1, bytes)) / 3)));
  const value = bytes / 1_000 ** power;
  return `${value >= 10 || power === 0 ? Math.round(value) : value.toFixed(1)} ${['B', 'kB', 'MB', 'GB'][power]}`;
}
