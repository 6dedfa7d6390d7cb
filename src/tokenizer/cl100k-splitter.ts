/**
 * Splits a text as cl100k_base does before it merges bytes. The same as its regular expression,
 *   '(?:[sS]|[dD]|[mM]|[tT]|[lL][lL]|[vV][eE]|[rR][eE]) | [^\r\n\p{L}\p{N}]?\p{L}+ | \p{N}{1,3} | ?[^\s\p{L}\p{N}]+[\r\n]* | \s+$ | \s*[\r\n] | \s+(?!\S) | \s
 * written out, because on a run of millions of letters the expression overflows its stack.
 */
import { emitRun, isHighSurrogate, type OnPiece } from './piece-list';

const LETTER = 1;
const NUMBER = 2;
const SPACE = 3; // white space within a line
const NEWLINE = 4; // CR, LF
const OTHER = 5;

const kinds = new Uint8Array(0x110000);

export function splitForCl100k(text: string, onPiece: OnPiece): void {
  const length = text.length;
  let start = 0;

  const kindAt = (index: number): number => {
    if (index >= length) return 0;
    const unit = text.charCodeAt(index);
    const codePoint = isHighSurrogate(unit) ? text.codePointAt(index)! : unit;
    return kinds[codePoint] || (kinds[codePoint] = computeKind(codePoint));
  };
  const endOfRun = (from: number, kind: number): number => {
    let index = from;
    while (kindAt(index) === kind) index += text.codePointAt(index)! > 0xffff ? 2 : 1;
    return index;
  };

  while (start < length) {
    const kind = kindAt(start);
    const width = text.codePointAt(start)! > 0xffff ? 2 : 1;
    const nextKind = kindAt(start + width);
    let end: number;
    if (kind === LETTER) {
      end = endOfRun(start + width, LETTER);
      emitRun(text, start, start, end, onPiece);
    } else if (kind === NUMBER) {
      end = start;
      for (let digits = 0; digits < 3 && kindAt(end) === NUMBER; digits++) end += text.codePointAt(end)! > 0xffff ? 2 : 1;
      onPiece(start, end);
    } else if (nextKind === LETTER && kind !== NEWLINE) {
      const contraction = contractionLength(text, start);
      if (contraction > 0) {
        end = start + contraction;
        onPiece(start, end);
      } else {
        end = endOfRun(start + width, LETTER);
        emitRun(text, start, start + width, end, onPiece);
      }
    } else if (kind === OTHER || (nextKind === OTHER && text.charCodeAt(start) === 0x20)) {
      end = endOfRun(endOfRun(start + width, OTHER), NEWLINE);
      emitRun(text, start, kind === OTHER ? start : start + width, end, onPiece);
    } else {
      end = endOfWhiteSpace(text, start, kindAt);
      emitRun(text, start, start, end, onPiece);
    }
    start = end;
  }
}

/** White space up to the end of the text; else to its last line end; else all but the last, which belongs to what follows. */
function endOfWhiteSpace(text: string, start: number, kindAt: (index: number) => number): number {
  let index = start;
  let afterNewline = -1;
  for (let kind = kindAt(index); kind === SPACE || kind === NEWLINE; kind = kindAt(index)) {
    index++;
    if (kind === NEWLINE) afterNewline = index;
  }
  if (index === text.length) return index;
  if (afterNewline >= 0) return afterNewline;
  return index - start > 1 ? index - 1 : index;
}

const CONTRACTION = /'(?:[sdmt]|ll|ve|re)/iy;

function contractionLength(text: string, start: number): number {
  if (text.charCodeAt(start) !== 0x27) return 0;
  CONTRACTION.lastIndex = start;
  return CONTRACTION.exec(text)?.[0].length ?? 0;
}

function computeKind(codePoint: number): number {
  if (codePoint === 0x0a || codePoint === 0x0d) return NEWLINE;
  const character = String.fromCodePoint(codePoint);
  if (/\p{L}/u.test(character)) return LETTER;
  if (/\p{N}/u.test(character)) return NUMBER;
  return /\s/.test(character) ? SPACE : OTHER;
}
