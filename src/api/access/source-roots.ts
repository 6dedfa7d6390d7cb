/** Over HTTP a source on this machine must lie under one of the roots, however the path is written and whatever links it leads through. */
import { lstat, realpath } from 'node:fs/promises';
import path from 'node:path';
import type { Source } from '../../domain/ingestion-input';
import { HttpProblem } from '../http-problem';

/**
 * The source with its path absolute, so that a worker in another folder reads what was checked. Throws FORBIDDEN for a path outside,
 * whether something is there or not. A job's walk follows no link out of its folder: that is the source reader's part.
 */
export async function checkSourceRoots(source: Source, roots: readonly string[]): Promise<Source> {
  switch (source.kind) {
    case 'folder': {
      const absolute = path.resolve(source.path);
      if (await isUnderRoot(absolute, roots)) return { ...source, path: absolute };
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

async function isUnderRoot(absolute: string, roots: readonly string[]): Promise<boolean> {
  const target = await findRealPath(absolute);
  if (target === undefined) return false;
  const realRoots = await Promise.all(roots.map((root) => findRealPath(path.resolve(root))));
  return realRoots.some((root) => root !== undefined && (target === root || target.startsWith(root.endsWith(path.sep) ? root : root + path.sep)));
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
