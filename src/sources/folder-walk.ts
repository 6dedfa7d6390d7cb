/**
 * Walks a folder depth-first, entries of a folder in the order of their code units, from any position on without walking what is before it.
 * What an entry is: folder-entry.ts; which formats are read and what is in a container is decided in folder-source.ts.
 */
import type { BigIntStats } from 'node:fs';
import { lstat, realpath, stat } from 'node:fs/promises';
import { describeFileError, fileErrorCode, isGone, sourceNotFound } from './file-error';
import type { FileName } from './file-name';
import { entryOf, followLink, quoted, type FolderEntry, type FoundFile, type Path } from './folder-entry';
import type { FolderListings } from './folder-listing';
import { findFileLeftOut, findFolderLeftOut } from './left-out';
import type { PathFilter } from './path-filter';
import type { BrokenDocument, IgnoredFile } from './source-reader';

/** An entry, and the position after which the walk goes on. */
export interface WalkStep {
  position: string;
  item: FolderEntry;
}

/** @param isInclusive whether the entry at the position itself comes again */
export interface WalkStart {
  position: string;
  isInclusive: boolean;
}

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
        if (!isGone(code))
          yield { position: uri, item: unlisted(`${uri}/`, `The folder ${quoted(uri)} can't be listed: ${describeFileError(code)}.`) };
      }
      continue;
    }
    // The position led into a folder that has become a file since: it was passed.
    if (isOnTheWay && beyond.length > 0) continue;
    if (!filter.isIncluded(uri)) continue;
    const item = stats.isSymbolicLink() ? await followLink(uri, path, rootRealPath, filter) : entryOf(uri, path, stats);
    yield { position: uri, item: leftOutFile(item, name.text, filter) ?? item };
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

function leftOutFile(item: FolderEntry, name: string, filter: PathFilter): IgnoredFile | undefined {
  const reason = filter.isExplicit ? undefined : findFileLeftOut(name);
  return reason === undefined || item.kind === 'ignored' ? undefined : { kind: 'ignored', uri: item.uri, reason };
}

function unlisted(uri: string, message: string): BrokenDocument {
  return { kind: 'broken', uri, code: 'SOURCE_INCOMPLETE', message };
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
