/** Colours, where they are wanted: on a terminal, unless NO_COLOR is set (https://no-color.org) or TERM is dumb. */

export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  good(text: string): string;
  bad(text: string): string;
  warning(text: string): string;
}

export function createStyle(isColoured: boolean): Style {
  const sgr = (on: number, off: number) => (text: string) => (isColoured && text !== '' ? `\x1b[${on}m${text}\x1b[${off}m` : text);
  return { bold: sgr(1, 22), dim: sgr(2, 22), good: sgr(32, 39), bad: sgr(31, 39), warning: sgr(33, 39) };
}

export function wantsColour(stream: { isTTY?: boolean }, env: Readonly<Record<string, string | undefined>>): boolean {
  return Boolean(stream.isTTY) && !env.NO_COLOR && env.TERM !== 'dumb';
}
