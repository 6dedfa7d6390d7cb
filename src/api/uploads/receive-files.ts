/** Streams the files of a multipart request to disk: none is ever in memory. */
import { createWriteStream } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import busboy from 'busboy';
import { SluiceError } from '../../domain/errors';
import { HttpProblem } from '../http-problem';

/** Of all files of a request together. */
const MAX_UPLOAD_BYTES = 1024 * 1024 * 1024;
const MAX_UPLOAD_FILES = 1_000;
/** Of the form; each of its parts is a file. */
const FILES_FIELD = 'files';
/** Most file systems take 255, and a number may be added. */
const MAX_NAME_BYTES = 240;

/** Writes each file under the name it was sent with into the folder, which is empty. Rejects with INVALID_INPUT or PAYLOAD_TOO_LARGE. */
export async function receiveFiles(incoming: IncomingMessage, folder: string): Promise<void> {
  if (Number(incoming.headers['content-length'] ?? 0) > MAX_UPLOAD_BYTES) throw tooLarge();
  const parser = openParser(incoming);
  const names = new Set<string>();
  const writing: Promise<void>[] = [];
  let bytes = 0;
  const parsed = new Promise<void>((resolve, reject) => {
    const fail = (error: unknown): void => {
      incoming.unpipe(parser);
      parser.destroy();
      reject(error as Error);
    };
    parser.on('field', (field) => fail(notFiles(field)));
    parser.on('file', (field, stream, { filename }) => {
      stream.on('error', () => undefined);
      try {
        if (field !== FILES_FIELD) throw notFiles(field);
        const name = freeName(filename, names);
        stream.on('data', (chunk: Buffer) => {
          bytes += chunk.length;
          if (bytes > MAX_UPLOAD_BYTES) fail(tooLarge());
        });
        const written = pipeline(stream, createWriteStream(path.join(folder, name), { flags: 'wx' }));
        written.catch(fail);
        writing.push(written);
      } catch (error) {
        stream.resume();
        fail(error);
      }
    });
    parser.on('filesLimit', () => fail(new HttpProblem('PAYLOAD_TOO_LARGE', `An upload may have ${MAX_UPLOAD_FILES} files.`)));
    parser.on('error', (error: Error) => fail(notMultipart(error)));
    parser.on('close', resolve);
    incoming.on('error', fail);
    incoming.on('aborted', () => fail(new SluiceError('INVALID_INPUT', 'The upload was cut off.')));
    incoming.pipe(parser);
  });
  await parsed.finally(() => Promise.allSettled(writing));
  // The last bytes may fail to be written when all has been parsed.
  await Promise.all(writing);
  if (names.size === 0) throw new SluiceError('INVALID_INPUT', 'The upload holds no file.', { hint: 'Send each document as a file of a multipart/form-data body.' });
}

function openParser(incoming: IncomingMessage): busboy.Busboy {
  try {
    return busboy({ headers: incoming.headers, defParamCharset: 'utf8', limits: { files: MAX_UPLOAD_FILES, fields: 100, fieldSize: 1_000 } });
  } catch (error) {
    throw notMultipart(error as Error);
  }
}

/** The name is the document's URI. Folders in it are dropped; of two files of one name the second gets a number: `a.md`, `a (2).md`. */
function freeName(sent: string | undefined, names: Set<string>): string {
  const name = (sent ?? '').split(/[/\\]/).at(-1) ?? '';
  const shown = JSON.stringify(name.slice(0, 100));
  if (name === '' || name === '.' || name === '..') throw new SluiceError('INVALID_INPUT', 'A file has no name.', { hint: 'Give each part a filename.' });
  if (/\p{Cc}|\p{Surrogate}/u.test(name) || Buffer.byteLength(name) > MAX_NAME_BYTES) {
    throw new SluiceError('INVALID_INPUT', `${shown} can't be the name of a file.`);
  }
  let free = name;
  for (let number = 2; names.has(free); number += 1) free = numbered(name, number);
  names.add(free);
  return free;
}

function numbered(name: string, number: number): string {
  const { name: stem, ext } = path.parse(name);
  return `${stem} (${number})${ext}`;
}

function notFiles(field: string | undefined): SluiceError {
  return new SluiceError('INVALID_INPUT', `The upload has a part ${JSON.stringify((field ?? '').slice(0, 100))}: each must be a file named "${FILES_FIELD}".`);
}

function tooLarge(): HttpProblem {
  return new HttpProblem('PAYLOAD_TOO_LARGE', `An upload may have ${MAX_UPLOAD_BYTES} bytes.`);
}

function notMultipart(error: Error): SluiceError {
  return new SluiceError('INVALID_INPUT', `The body is no multipart/form-data: ${error.message}.`);
}
