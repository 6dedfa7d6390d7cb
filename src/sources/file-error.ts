/** What an error of the file system means for discovery, and how it reads in a message. */
import { SluiceError } from '../domain/errors';

/** A process out of handles or memory says nothing about the file: the page is tried again. */
const OUR_OWN = new Set(['EMFILE', 'ENFILE', 'ENOMEM']);
const GONE = new Set(['ENOENT', 'ENOTDIR']);

const IN_WORDS: Record<string, string> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENAMETOOLONG: 'its path is longer than the operating system allows',
  ELOOP: 'too many symbolic links',
  EIO: 'the disk reports an error',
  ESTALE: 'the network file system has lost it',
  ETIMEDOUT: 'the file system does not answer',
  ENOENT: 'it does not exist',
  ENOTDIR: 'a part of its path is not a folder',
};

/** The error's code; rethrows what isn't about the file. */
export function fileErrorCode(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (typeof code !== 'string' || OUR_OWN.has(code)) throw error;
  return code;
}

export function isGone(code: string): boolean {
  return GONE.has(code);
}

/** Such as `permission denied (EACCES)`. */
export function describeFileError(code: string): string {
  const words = IN_WORDS[code];
  return words ? `${words} (${code})` : code;
}

/** The error to end with when the source's own path can't be looked at or listed; rethrows what isn't about the path. */
export function sourceNotFound(root: string, error: unknown): SluiceError {
  return new SluiceError('SOURCE_NOT_FOUND', `${root} can't be read: ${describeFileError(fileErrorCode(error))}.`, { cause: error });
}
