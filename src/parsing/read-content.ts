/** Opens the file, or the part of one, that a document is: within bounds, and regular files only. */
import { constants, type BigIntStats } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { DocumentFailure } from '../domain/document-outcome';
import { fileToken } from './file-token';
import type { FileContent } from './parser-pool';

/** What is larger would not fit the child's memory in any format. */
const MAX_DOCUMENT_BYTES = 128 * 1024 * 1024;

/** All bytes of the document. Throws TOO_LARGE or READ_ERROR. */
export async function readContent(content: FileContent): Promise<Buffer> {
  return withFile(content.path, async (file, stats) => {
    const fileBytes = Number(stats.size);
    if (content.fileToken !== undefined && content.fileToken !== fileToken(stats))
      throw new DocumentFailure('READ_ERROR', 'The file changed after its records had been listed; the next job lists them again.');
    const start = content.range?.start ?? 0;
    const length = Math.min(content.range?.end ?? fileBytes, fileBytes) - start;
    if (length > MAX_DOCUMENT_BYTES) {
      throw new DocumentFailure('TOO_LARGE', `The document has ${length} bytes; Sluice reads up to ${MAX_DOCUMENT_BYTES}.`);
    }
    if (content.range !== undefined && content.range.end > fileBytes)
      throw new DocumentFailure('READ_ERROR', 'The file became shorter since its records were listed.');
    const bytes = Buffer.allocUnsafe(Math.max(0, length));
    return bytes.subarray(0, await readInto(file, bytes, start));
  });
}

/** Runs the work on the open file. Errors of the file system become READ_ERROR. */
export async function withFile<T>(path: string, work: (file: FileHandle, stats: BigIntStats) => Promise<T>): Promise<T> {
  let file: FileHandle | undefined;
  try {
    // Without O_NONBLOCK opening a named pipe would wait for its other end for ever.
    file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stats = await file.stat({ bigint: true });
    if (!stats.isFile()) throw new DocumentFailure('READ_ERROR', 'It is not a regular file.');
    return await work(file, stats);
  } catch (error) {
    if (error instanceof Error && 'syscall' in error)
      throw new DocumentFailure('READ_ERROR', `The file could not be read: ${error.message}`, { cause: error });
    throw error;
  } finally {
    await file?.close();
  }
}

/** Reads until the buffer is full or the file ends; the number of bytes read. */
export async function readInto(file: FileHandle, bytes: Buffer, start: number): Promise<number> {
  let filled = 0;
  while (filled < bytes.length) {
    const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, start + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return filled;
}
