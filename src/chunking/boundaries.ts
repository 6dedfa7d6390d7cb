/** Places where a text may be cut, and how good they are. A place is the index of the first unit after the cut, never white space. */
import { isGraphemeBoundary } from './graphemes';
import { isWhiteAt } from './white-space';

/** Better ones are higher. */
export const Boundary = { NONE: 0, WORD: 1, SENTENCE: 2, LINE: 3, PARAGRAPH: 4 } as const;

const SENTENCE_END = new Set('.!?…।؟۔');
const CJK_SENTENCE_END = new Set('。！？｡');
const CLOSING = new Set('"\')]}»”’›*_`」』）】〕');

/** What kind of place `index` is. Looks back over the white space before it, and no further than some characters. */
function boundaryAt(text: string, index: number): number {
  if (index === 0) return Boundary.NONE;
  if (!isWhiteAt(text, index - 1)) return endsCjkSentence(text, index) ? Boundary.SENTENCE : Boundary.NONE;
  let newlines = 0;
  let end = index;
  while (end > 0 && isWhiteAt(text, end - 1)) if (text.charCodeAt(--end) === 0x0a && ++newlines === 2) return Boundary.PARAGRAPH;
  if (newlines === 0 && !endsSentence(text, end)) return Boundary.WORD;
  // A line that goes on in lower case was only wrapped; a full stop before lower case is an abbreviation's.
  if (/\p{Ll}/u.test(text.charAt(index))) return Boundary.WORD;
  return newlines === 1 ? Boundary.LINE : Boundary.SENTENCE;
}

/**
 * The best place in (floor, end], the last of the best kind; undefined when there is none.
 * @param from where the chunk begins
 */
export function lastBest(text: string, from: number, floor: number, end: number): number | undefined {
  let best: number = Boundary.NONE;
  let bestIndex: number | undefined;
  for (let index = end; index > floor && best < Boundary.PARAGRAPH; index--) {
    if (index >= text.length || isWhiteAt(text, index)) continue;
    const kind = boundaryAt(text, index);
    if (kind > best && isGraphemeBoundary(text, from, index)) {
      best = kind;
      bestIndex = index;
    }
  }
  return bestIndex;
}

/** The first place in [start, end) that is a sentence's beginning or better, else the first word's; undefined when there is none. */
export function firstSentenceOrWord(text: string, from: number, start: number, end: number): number | undefined {
  let word: number | undefined;
  for (let index = start; index < end; index++) {
    if (isWhiteAt(text, index)) continue;
    const kind = boundaryAt(text, index);
    if (kind === Boundary.NONE || (kind === Boundary.WORD && word !== undefined) || !isGraphemeBoundary(text, from, index)) continue;
    if (kind > Boundary.WORD) return index;
    word = index;
  }
  return word;
}

function endsSentence(text: string, end: number): boolean {
  const last = beforeClosing(text, end);
  return SENTENCE_END.has(text.charAt(last)) || CJK_SENTENCE_END.has(text.charAt(last));
}

/** East Asian sentences follow each other without a space. */
function endsCjkSentence(text: string, index: number): boolean {
  if (text.charCodeAt(index - 1) < 0x3000 && !CLOSING.has(text.charAt(index - 1))) return false;
  return CJK_SENTENCE_END.has(text.charAt(beforeClosing(text, index))) && !CLOSING.has(text.charAt(index)) && !CJK_SENTENCE_END.has(text.charAt(index));
}

/** Index of the last character before `end` that closes nothing; few are looked at. */
function beforeClosing(text: string, end: number): number {
  let last = end - 1;
  for (let closing = 0; closing < 4 && CLOSING.has(text.charAt(last)); closing++) last--;
  return last;
}
