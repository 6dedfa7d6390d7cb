/** A piece of a container, before it is known to be a record. */
import type { FileHandle } from 'node:fs/promises';

export interface Element {
  /** Bytes [start, end) of the file. */
  start: number;
  end: number;
  /** undefined: longer than MAX_RECORD_BYTES; it was passed over. */
  bytes: Buffer | undefined;
  /** Line, from 1, or index in the array, from 0. */
  number: number;
  /** The file ends in the middle of it. */
  isCut: boolean;
}

/** No longer record is read: the largest container needs no more memory than this. */
export const MAX_RECORD_BYTES = 32 * 1024 * 1024;
const BLOCK_BYTES = 256 * 1024;

/** The file's bytes from `start` on. A block is valid until the next one is asked for. */
export async function* readBlocks(file: FileHandle, start: number): AsyncGenerator<Buffer> {
  const block = Buffer.allocUnsafe(BLOCK_BYTES);
  for (let position = start; ;) {
    const { bytesRead } = await file.read(block, 0, block.length, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield block.subarray(0, bytesRead);
  }
}

/** Collects the bytes of one element over blocks, up to the limit. */
export class ElementBytes {
  private parts: Buffer[] = [];
  private length = 0;

  /** Copies: blocks are reused. */
  add(part: Buffer): void {
    this.length += part.length;
    if (this.length <= MAX_RECORD_BYTES) this.parts.push(Buffer.from(part));
    else this.parts = [];
  }

  /** What was added since the last time; undefined: too long. */
  take(): Buffer | undefined {
    const bytes = this.length <= MAX_RECORD_BYTES ? Buffer.concat(this.parts) : undefined;
    this.parts = [];
    this.length = 0;
    return bytes;
  }
}
