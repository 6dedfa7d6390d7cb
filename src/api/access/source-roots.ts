/**
 * Over HTTP a source on this machine must lie under one of the roots, however the path is written and whatever links it leads through, and
 * not in the state folder: what was uploaded belongs to its collection.
 */
import { lstat, realpath } from 'node:fs/promises';
import path from 'node:path';
import type { Source } from '../../domain/ingestion-input';
import { parseIngestionInput } from '../../input/ingestion-input';
import { SOURCE_KINDS } from '../../input/source-schema';
import { HttpProblem } from '../http-problem';

export interface SourceRoots {
  open: readonly string[];
  /** The state folder. Of it and the open ones, the deepest that holds the source decides. */
  closed: string;
}

/** Of a stored job, which may have been started past the API with anything. Throws INVALID_INPUT, but for kinds that may be a user's own. */
export function parseStoredSource(source: Source): Source {
  const kind = (source as Partial<Source> | null)?.kind as string | undefined;
  if (kind !== undefined && !SOURCE_KINDS.includes(kind)) return source;
  return parseIngestionInput({ collection: 'any', source }).source;
}

/**
 * The source with its path absolute, so that a worker in another folder reads what was checked. Throws FORBIDDEN for a path outside,
 * whether something is there or not. A job's walk follows no link out of its folder: that is the source reader's part.
 */
export async function checkSourceRoots(source: Source, roots: SourceRoots): Promise<Source> {
  switch (source.kind) {
    case 'folder': {
      const absolute = path.resolve(source.path);
      if (await isOpen(absolute, roots)) return { ...source, path: absolute };
      break;
    }
    default:
      // A job of a user's own kind of source, which only the command line or their program may start again.
      source.kind satisfies never;
  }
  throw new HttpProblem('FORBIDDEN', 'The source lies outside of the folders that may be ingested over HTTP.', {
    hint: 'Set SLUICE_SOURCE_ROOTS where the server is started.',
  });
}

async function isOpen(absolute: string, { open, closed }: SourceRoots): Promise<boolean> {
  const target = await findRealPath(absolute);
  if (target === undefined) return false;
  const depths = await Promise.all(open.map((root) => depthOf(root, target)));
  return Math.max(-1, ...depths) > (await depthOf(closed, target));
}

/** Length of the folder's real path when the target lies in it, else -1. */
async function depthOf(folder: string, target: string): Promise<number> {
  const real = await findRealPath(path.resolve(folder));
  const holds = real !== undefined && (target === real || target.startsWith(real.endsWith(path.sep) ? real : real + path.sep));
  return holds ? real.length : -1;
}

/** Of what is not there: that of the deepest folder that is, and the rest. undefined: a link to nothing or in a circle, a folder that can't be entered. */
async function findRealPath(absolute: string): Promise<string | undefined> {
  try {
    return await realpath(absolute);
  } catch (error) {
    const isLink = await lstat(absolute).then(() => true, () => false);
    if (isLink || (error as NodeJS.ErrnoException).code !== 'ENOENT') return undefined;
    const parent = await findRealPath(path.dirname(absolute));
    return parent && path.join(parent, path.basename(absolute));
  }
}
