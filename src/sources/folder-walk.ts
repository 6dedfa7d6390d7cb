/**
 * Walks a folder depth-first, entries of a folder in the order of their code units, from any position on without walking what is before it.
 * Tells what each entry is; which formats are read and what is in a container is decided in folder-source.ts.
 *
 * Links: a link to a file within the folder is read under the link's name, unless the file is read under its own; links to folders, out of
 * the folder or to nothing are ignored. So every file is read at most once by its own name, and no link can lead out or round in circles.
 */
import type { BigIntStats } from 'node:fs';
import { lstat, realpath, stat } from 'node:fs/promises';
import { describeFileError, fileErrorCode, isGone, sourceNotFound } from './file-error';
import type { FileName } from './file-name';
import type { FolderListings } from './folder-listing';
import { findFileLeftOut, findFolderLeftOut } from './left-out';
import type { PathFilter } from './path-filter';
import type { BrokenDocument, IgnoredFile } from './source-reader';

export interface FoundFile {
  kind: 'file';
  uri: string;
  /** Absolute. */
  path: string;
  size: number;
  changeToken: string;
}

/** An entry, and the position after which the walk goes on. */
export interface WalkStep {
  position: string;
  item: FoundFile | IgnoredFile | BrokenDocument;
}

/** @param isInclusive whether the entry at the position itself comes again */
export interface WalkStart {
  position: string;
  isInclusive: boolean;
}

type Path = string | Buffer;

interface Level {
  path: Path;
  /** Of the entries' URIs: empty, or ends with `/`. */
  prefix: string;
  names: readonly FileName[];
  index: number;
}

export async function* walkFolder(
  root: string,
  filter: PathFilter,
  listings: FolderListings,
  start: WalkStart | undefined,
  signal: AbortSignal,
): AsyncGenerator<WalkStep, void, undefined> {
  const { rootRealPath, names } = await openRoot(root, listings);
  /** Names of the start position that are still to be descended. */
  let ahead = start?.position.split('/') ?? [];
  const levels: Level[] = [{ path: root, prefix: '', names, index: 0 }];

  for (let level = levels.at(-1); level; level = levels.at(-1)) {
    signal.throwIfAborted();
    const [towards, ...beyond] = ahead;
    if (towards !== undefined) level.index = firstAtOrAfter(level.names, towards);
    ahead = [];
    const name = level.names[level.index];
    level.index += 1;
    if (!name) {
      levels.pop();
      continue;
    }
    const isOnTheWay = name.text === towards;
    if (isOnTheWay && beyond.length === 0 && !start?.isInclusive) continue;

    const uri = level.prefix + name.text;
    if (filter.isExcluded(uri)) continue;
    const path = joined(level.path, name);
    let stats: BigIntStats;
    try {
      stats = await lstat(path, { bigint: true });
    } catch (error) {
      const code = fileErrorCode(error);
      if (isGone(code) || !(filter.isIncluded(uri) || filter.canHoldIncluded(uri))) continue;
      yield { position: uri, item: unlisted(uri, `${quoted(uri)} can't be looked at: ${describeFileError(code)}.`) };
      continue;
    }

    if (stats.isDirectory()) {
      const leftOut = filter.isNamed(name.text) ? undefined : findFolderLeftOut(name.text);
      if (leftOut !== undefined) {
        if (!isOnTheWay) yield { position: uri, item: { kind: 'ignored', uri: `${uri}/`, reason: leftOut } };
        continue;
      }
      if (!filter.canHoldIncluded(uri)) continue;
      try {
        levels.push({ path, prefix: `${uri}/`, names: await listings.list(path), index: 0 });
        if (isOnTheWay) ahead = beyond;
      } catch (error) {
        const code = fileErrorCode(error);
        if (!isGone(code)) yield { position: uri, item: unlisted(`${uri}/`, `The folder ${quoted(uri)} can't be listed: ${describeFileError(code)}.`) };
      }
      continue;
    }
    // The position led into a folder that has become a file since: it was passed.
    if (isOnTheWay && beyond.length > 0) continue;
    if (!filter.isIncluded(uri)) continue;
    const item = stats.isSymbolicLink() ? await followed(uri, path, rootRealPath, filter) : entryOf(uri, path, stats);
    if (item) yield { position: uri, item: leftOutFile(item, name.text, filter) ?? item };
  }
}

async function openRoot(root: string, listings: FolderListings): Promise<{ rootRealPath: string; names: readonly FileName[] }> {
  try {
    return { rootRealPath: await realpath(root), names: await listings.list(root) };
  } catch (error) {
    throw sourceNotFound(root, error);
  }
}

/** The file at a path, for a source that is a single file. */
export async function findFile(path: string, uri: string): Promise<FoundFile | undefined> {
  const item = entryOf(uri, path, await stat(path, { bigint: true }));
  return item.kind === 'file' ? item : undefined;
}

function entryOf(uri: string, path: Path, stats: BigIntStats): WalkStep['item'] {
  if (!stats.isFile()) return { kind: 'ignored', uri, reason: `${kindInWords(stats)}, not a file` };
  if (typeof path !== 'string') {
    return { kind: 'broken', uri, code: 'READ_ERROR', message: `The name of ${quoted(uri)}, or of a folder above it, is not valid UTF-8: rename it.` };
  }
  return { kind: 'file', uri, path, size: Number(stats.size), changeToken: `${stats.size}:${stats.mtimeNs}` };
}

async function followed(uri: string, path: Path, rootRealPath: string, filter: PathFilter): Promise<WalkStep['item'] | undefined> {
  const ignored = (reason: string): IgnoredFile => ({ kind: 'ignored', uri, reason });
  try {
    const target = await realpath(path, { encoding: 'buffer' });
    const stats = await stat(target, { bigint: true });
    const within = pathWithin(rootRealPath, target);
    if (within === undefined) return ignored('a link out of the folder');
    if (stats.isDirectory()) return ignored('a link to a folder');
    if (stats.isFile() && isReadByItsOwnName(within, filter)) return ignored(`a link to ${quoted(within)}, which is read by its own name`);
    // The target, not the link: so it stays the file that was looked at.
    return entryOf(uri, typeof path === 'string' ? target.toString('utf8') : target, stats);
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

function leftOutFile(item: WalkStep['item'], name: string, filter: PathFilter): IgnoredFile | undefined {
  const reason = filter.isExplicit ? undefined : findFileLeftOut(name);
  return reason === undefined || item.kind === 'ignored' ? undefined : { kind: 'ignored', uri: item.uri, reason };
}

function unlisted(uri: string, message: string): BrokenDocument {
  return { kind: 'broken', uri, code: 'SOURCE_INCOMPLETE', message };
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

function firstAtOrAfter(names: readonly FileName[], text: string): number {
  let [low, high] = [0, names.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((names[middle] as FileName).text < text) low = middle + 1;
    else high = middle;
  }
  return low;
}

function joined(folder: Path, name: FileName): Path {
  if (typeof folder === 'string' && !name.raw) return folder.endsWith('/') ? folder + name.text : `${folder}/${name.text}`;
  return Buffer.concat([Buffer.from(folder as string), Buffer.from('/'), name.raw ?? Buffer.from(name.text)]);
}

/** Quoted, with line ends and other control characters visible. */
function quoted(uri: string): string {
  return JSON.stringify(uri);
}
