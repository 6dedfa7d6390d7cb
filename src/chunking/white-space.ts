import { isGraphemeBoundary } from './graphemes';

/** White space as `\s` and trim() mean it, by index. */
const isWhiteUnit = new Uint8Array(0x10000);
for (const unit of '\t\n\v\f\r \u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000\ufeff') {
  isWhiteUnit[unit.charCodeAt(0)] = 1;
}

export function isWhiteAt(text: string, index: number): boolean {
  return isWhiteUnit[text.charCodeAt(index)] === 1;
}

/** The first index from `start` on, and below `end`, that is not white space (a space that carries a combining mark isn't); else `end`. */
export function skipWhite(text: string, start: number, end: number): number {
  let index = start;
  while (index < end && isWhiteAt(text, index)) index++;
  return index > start && index < end && !isGraphemeBoundary(text, start, index) ? index - 1 : index;
}

/** The end without the white space before it, not below `start`. */
export function trimEnd(text: string, start: number, end: number): number {
  let index = end;
  while (index > start && isWhiteAt(text, index - 1)) index--;
  return index;
}
