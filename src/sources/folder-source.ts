/**
 * The folder source: a folder or a single file on the worker's machine. A document's URI is its path in the folder, with `/`, unescaped; a
 * single file's is its name. Containers (JSONL, JSON arrays of records) are opened in the parser pool, one document a record: `uri#id`.
 * What is left out by default: left-out.ts. Order, links, hostile file systems: folder-walk.ts.
 */
import { constants } from 'node:fs';
import { open, opendir, stat } from 'node:fs/promises';
import path from 'node:path';
import { SluiceError } from '../domain/errors';
import type { FolderSource } from '../domain/ingestion-input';
import { mayBeContainer } from '../parsing/containers/container-ending';
import { isReadableFormat } from '../parsing/file-ending';
import type { ParserPool } from '../parsing/parser-pool';
import { listContainer } from './container-listing';
import { describeFileError, fileErrorCode, isGone, sourceNotFound } from './file-error';
import { decodeCursor, encodeCursor, type FolderCursor, type FolderIdentity } from './folder-cursor';
import { createFolderListings } from './folder-listing';
import type { FoundFile } from './folder-entry';
import { findFile, walkFolder, type WalkStart, type WalkStep } from './folder-walk';
import { createPathFilter, type PathFilter } from './path-filter';
import type { DiscoveredItem, DiscoveryPage, SourceReader } from './source-reader';

export interface FolderReaderDependencies {
  /** Opens containers; stays the caller's to close. */
  parsers: ParserPool;
  /** Endings that the user's own parsers read, lower case with their dot. Default: none. */
  moreEndings?: readonly string[];
}

export function createFolderReader({ parsers, moreEndings }: FolderReaderDependencies): SourceReader<FolderSource> {
  const listings = createFolderListings();

  return {
    kind: 'folder',

    // Not the real path: a link such as `current` names one source, wherever it points to today.
    async locator(source) {
      return `folder:${path.resolve(source.path)}`;
    },

    async check(source) {
      const root = path.resolve(source.path);
      if ((await lookAtRoot(root)).kind === 'folder') await checkListing(root);
    },

    async discover(source, cursor, limit, signal) {
      const from = cursor === undefined ? undefined : decodeCursor(cursor);
      const root = path.resolve(source.path);
      const filter = createPathFilter(source);
      const { kind, identity } = await lookAtRoot(root);
      if (from !== undefined && from.root !== identity) return { items: [anotherFolder(root)] };
      const isSingleFile = kind === 'file';
      const start = from && { position: from.position, isInclusive: from.record !== undefined };
      const steps = isSingleFile ? walkFile(root, filter, start) : walkFolder(root, filter, listings, start, signal);
      // A single file was named by whoever started the job, as one matched by an include pattern was.
      const wasAskedFor = isSingleFile || filter.isExplicit;

      /** What was not found in a folder that is no longer there may be in it. */
      const checked = async (page: DiscoveryPage): Promise<DiscoveryPage> => ((await lookAtRoot(root)).identity === identity ? page : { items: [...items, anotherFolder(root)] });
      const items: DiscoveredItem[] = [];
      let next: FolderCursor | undefined;
      for await (const { position, item } of steps) {
        signal.throwIfAborted();
        // Full, and there is more: only so is a last page known to be the last.
        if (items.length >= limit) return checked({ items, next: encodeCursor(next as FolderCursor) });
        next = { position, root: identity };
        if (item.kind !== 'file') {
          items.push(item);
          continue;
        }
        const unread = await findUnreadable(item, wasAskedFor, moreEndings);
        if (unread !== undefined) {
          items.push(...unread);
          continue;
        }
        const record = from?.position === position ? from.record : undefined;
        const container = await listContainer(parsers, item, record, limit - items.length, signal);
        items.push(...container.items);
        if (container.next) return checked({ items, next: encodeCursor({ position, root: identity, record: container.next }) });
      }
      return checked({ items });
    },
  };
}

async function lookAtRoot(root: string): Promise<{ kind: 'folder' | 'file'; identity: FolderIdentity }> {
  const stats = await stat(root, { bigint: true }).catch((error: unknown) => {
    throw sourceNotFound(root, error);
  });
  // A file that is replaced by its next version stays the same source.
  if (stats.isFile()) return { kind: 'file', identity: 'file' };
  if (stats.isDirectory()) return { kind: 'folder', identity: `${stats.dev}:${stats.ino}` };
  throw new SluiceError('SOURCE_NOT_FOUND', `${root} is neither a folder nor a file.`);
}

function anotherFolder(root: string): DiscoveredItem {
  return { kind: 'broken', uri: './', code: 'SOURCE_INCOMPLETE', message: `${root} became another folder while it was being listed: was a disk unmounted, or the folder replaced?` };
}

async function checkListing(root: string): Promise<void> {
  try {
    await (await opendir(root)).close();
  } catch (error) {
    throw sourceNotFound(root, error);
  }
}

async function* walkFile(root: string, filter: PathFilter, start: WalkStart | undefined): AsyncGenerator<WalkStep> {
  const uri = path.basename(root);
  if ((start && !start.isInclusive) || filter.isExcluded(uri) || !filter.isIncluded(uri)) return;
  const item = await findFile(root, uri);
  if (item) yield { position: uri, item };
}

/** What to report in place of a file that Sluice can't or doesn't read: nothing when it has vanished; undefined when it is to be read. */
async function findUnreadable(
  { uri, path: filePath }: FoundFile,
  wasAskedFor: boolean,
  moreEndings?: readonly string[],
): Promise<DiscoveredItem[] | undefined> {
  if (!isReadableFormat(uri, moreEndings)) {
    if (!wasAskedFor) return [{ kind: 'ignored', uri, reason: 'not a type of file that Sluice reads' }];
    return [
      { kind: 'broken', uri, code: 'UNSUPPORTED_FORMAT', message: `Sluice does not read this type of file: ${JSON.stringify(uri)}.` },
    ];
  }
  try {
    // Opened, not asked about: access() judges by another user id, and network file systems judge for themselves.
    await (await open(filePath, constants.O_RDONLY | constants.O_NONBLOCK)).close();
    return undefined;
  } catch (error) {
    const code = fileErrorCode(error);
    if (isGone(code)) return [];
    // Its listing fails in turn and says that its records are unknown: their published versions must not count as gone.
    if (mayBeContainer(uri)) return undefined;
    return [
      { kind: 'broken', uri, code: 'READ_ERROR', message: `The file ${JSON.stringify(uri)} can't be read: ${describeFileError(code)}.` },
    ];
  }
}
