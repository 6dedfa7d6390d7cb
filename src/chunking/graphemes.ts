/** Whether a text may be cut at a place without tearing what a reader sees as one character. */
import { isHighSurrogate, isLowSurrogate } from '../tokenizer/piece-list';

const segmenter = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Units on both sides that decide: the longest emoji sequences have 35. */
const WINDOW_UNITS = 64;
/** Below it nothing combines but CR LF. */
const FIRST_COMBINING = 0x300;

/**
 * @param from a grapheme's beginning before `index`: pairs of regional indicators (flags) are counted from there
 */
export function isGraphemeBoundary(text: string, from: number, index: number): boolean {
  if (index <= from || index >= text.length) return true;
  const before = text.charCodeAt(index - 1);
  const after = text.charCodeAt(index);
  if (before < FIRST_COMBINING && after < FIRST_COMBINING) return before !== 0x0d || after !== 0x0a;
  if (isHighSurrogate(before) && isLowSurrogate(after)) return false;
  let start = Math.max(from, index - WINDOW_UNITS);
  if (start > from && isLowSurrogate(text.charCodeAt(start))) start--;
  while (start > from && isRegionalIndicator(text, start)) start -= 2;
  const window = text.slice(Math.max(from, start), index + WINDOW_UNITS);
  return segmenter.segment(window).containing(index - Math.max(from, start))?.index === index - Math.max(from, start);
}

/** Ends of the characters in [start, end), those that end by then; `start` is a character's beginning. */
export function graphemeEnds(text: string, start: number, end: number): number[] {
  const ends: number[] = [];
  for (const { index, segment } of segmenter.segment(text.slice(start, end + WINDOW_UNITS))) {
    const segmentEnd = start + index + segment.length;
    if (segmentEnd <= end) ends.push(segmentEnd);
  }
  return ends;
}

function isRegionalIndicator(text: string, index: number): boolean {
  const codePoint = text.codePointAt(index)!;
  return codePoint >= 0x1f1e6 && codePoint <= 0x1f1ff;
}
