/**
 * What an entry of a folder is: a file to be read, or something to be ignored or reported. Links: one to a file within the folder is read
 * under the link's name, unless that file is read under its own; links to folders, out of the folder or to nothing are ignored. So no file
 * is read by its own name and by a link, and no link can lead out or round in circles.
 */
import { isUtf8 } from 'node:buffer';
import type { BigIntStats } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { fileToken } from '../parsing/file-token';
import { describeFileError, fileErrorCode, isGone } from './file-error';
import { findFileLeftOut, findFolderLeftOut } from './left-out';
import type { PathFilter } from './path-filter';
import type { BrokenDocument, IgnoredFile } from './source-reader';

/** A path with a name in it that is not UTF-8 is bytes. */
export type Path = string | Buffer;

export interface FoundFile {
  kind: 'file';
  uri: string;
  /** Absolute. */
  path: string;
  size: number;
  /** Changes with the content. */
  changeToken: string;
  /** When it was last written, by its file system's clock. */
  modifiedAtMs: number;
}

export type FolderEntry = FoundFile | IgnoredFile | BrokenDocument;

/** Of anything but a folder or link. */
export function entryOf(uri: string, path: Path, stats: BigIntStats): FolderEntry {
  if (!stats.isFile()) return { kind: 'ignored', uri, reason: `${kindInWords(stats)}, not a file` };
  if (typeof path !== 'string') {
    return {
      kind: 'broken',
      uri,
      code: 'READ_ERROR',
      message: `The name of ${quoted(uri)}, or of a folder above it, is not valid UTF-8: rename it.`,
    };
  }
  return { kind: 'file', uri, path, size: Number(stats.size), changeToken: fileToken(stats), modifiedAtMs: Number(stats.mtimeMs) };
}

/** Of a link. @param rootRealPath of the source's folder */
export async function followLink(uri: string, path: Path, rootRealPath: string, filter: PathFilter): Promise<FolderEntry> {
  const ignored = (reason: string): IgnoredFile => ({ kind: 'ignored', uri, reason });
  try {
    const target = await realpath(path, { encoding: 'buffer' });
    const stats = await stat(target, { bigint: true });
    const within = pathWithin(rootRealPath, target);
    if (within === undefined) return ignored('a link out of the folder');
    if (stats.isDirectory()) return ignored('a link to a folder');
    if (stats.isFile() && isReadByItsOwnName(within, filter)) return ignored(`a link to ${quoted(within)}, which is read by its own name`);
    // The target, not the link: so it stays the file that was looked at.
    return entryOf(uri, typeof path === 'string' && isUtf8(target) ? target.toString('utf8') : target, stats);
  } catch (error) {
    const code = fileErrorCode(error);
    if (code === 'ELOOP') return ignored('a link that leads back to itself');
    if (isGone(code)) return ignored('a link to nothing');
    return { kind: 'broken', uri, code: 'READ_ERROR', message: `The link ${quoted(uri)} can't be followed: ${describeFileError(code)}.` };
  }
}

function isReadByItsOwnName(path: string, filter: PathFilter): boolean {
  const names = path.split('/');
  const fileName = names.pop() ?? '';
  if (names.some((name) => !filter.isNamed(name) && findFolderLeftOut(name) !== undefined)) return false;
  if (names.some((_, depth) => filter.isExcluded(names.slice(0, depth + 1).join('/')))) return false;
  return filter.isIncluded(path) && !filter.isExcluded(path) && (filter.isExplicit || findFileLeftOut(fileName) === undefined);
}

function kindInWords(stats: BigIntStats): string {
  if (stats.isFIFO()) return 'a named pipe';
  if (stats.isSocket()) return 'a socket';
  return 'a device';
}

/** The path relative to the root; undefined: outside of it. */
function pathWithin(rootRealPath: string, target: Buffer): string | undefined {
  const path = target.toString('utf8');
  const base = rootRealPath.endsWith('/') ? rootRealPath : `${rootRealPath}/`;
  return path.startsWith(base) ? path.slice(base.length) : undefined;
}

/** Quoted, with line ends and other control characters visible. */
export function quoted(uri: string): string {
  return JSON.stringify(uri);
}
