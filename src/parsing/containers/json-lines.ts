/** Finds the lines of a JSONL file: one pass, one block and one line in memory. */
import type { FileHandle } from 'node:fs/promises';
import { ElementBytes, readBlocks, type Element } from './element';

const LF = 0x0a;

/** Blank lines too, so that numbers can be counted on. @param start of a line, whose number is `firstNumber` */
export async function* readJsonLines(file: FileHandle, start: number, firstNumber: number): AsyncGenerator<Element> {
  const line = new ElementBytes();
  let lineStart = start;
  let position = start;
  let number = firstNumber;
  for await (const block of readBlocks(file, start)) {
    let from = 0;
    for (let lineEnd = block.indexOf(LF); lineEnd >= 0; lineEnd = block.indexOf(LF, from)) {
      line.add(block.subarray(from, lineEnd));
      yield { start: lineStart, end: position + lineEnd, bytes: line.take(), number, isCut: false };
      number++;
      from = lineEnd + 1;
      lineStart = position + from;
    }
    line.add(block.subarray(from));
    position += block.length;
  }
  if (position > lineStart) yield { start: lineStart, end: position, bytes: line.take(), number, isCut: false };
}
