/**
 * Finds the elements of a JSON array without parsing them: one pass over the bytes, one block and one element in memory, whatever the
 * nesting.
 */
import type { FileHandle } from 'node:fs/promises';
import { ElementBytes, readBlocks, type Element } from './element';

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/**
 * Elements from `start` on: the array's opening bracket, or the end of the element before the one whose index is `firstNumber`.
 * A file that ends before the array does gives a last element that is cut.
 */
export async function* readJsonArray(file: FileHandle, start: number, firstNumber: number): AsyncGenerator<Element> {
  const element = new ElementBytes();
  let position = start;
  let number = firstNumber;
  let elementStart = -1;
  let depth = 0;
  let inString = false;
  let isEscaped = false;
  let atOpening = firstNumber === 0;
  for await (const block of readBlocks(file, start)) {
    let from = 0;
    for (let index = 0; index < block.length; index++) {
      const byte = block[index] ?? 0;
      if (inString) {
        if (isEscaped) isEscaped = false;
        else if (byte === BACKSLASH) isEscaped = true;
        else if (byte === QUOTE) inString = false;
        continue;
      }
      if (elementStart < 0) {
        if (atOpening) {
          // What stands before the bracket: a byte order mark and white space.
          if (byte === OPEN_ARRAY) atOpening = false;
          continue;
        }
        if (byte === CLOSE_ARRAY) return;
        if (byte === COMMA || isSpace(byte)) continue;
        elementStart = position + index;
        from = index;
      } else if (depth === 0 && (byte === COMMA || byte === CLOSE_ARRAY || isSpace(byte))) {
        element.add(block.subarray(from, index));
        yield { start: elementStart, end: position + index, bytes: element.take(), number, isCut: false };
        number++;
        elementStart = -1;
        if (byte === CLOSE_ARRAY) return;
        continue;
      }
      if (byte === QUOTE) inString = true;
      else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) depth++;
      else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) depth--;
    }
    if (elementStart >= 0) element.add(block.subarray(from));
    position += block.length;
  }
  yield { start: elementStart < 0 ? position : elementStart, end: position, bytes: element.take(), number, isCut: true };
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}
