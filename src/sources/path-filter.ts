/**
 * The include and exclude patterns of a folder source. Usual globs, relative to the folder: `*`, `**`, `?`, `[…]`, `{a,b}`; a wildcard of
 * `include` doesn't match a leading dot, one of `exclude` does. A pattern that names a folder stands for everything in it.
 */
import picomatch from 'picomatch';

export interface PathFilter {
  /** Whether the source has include patterns: what they match was asked for. */
  readonly isExplicit: boolean;
  /** A file or folder that the source must not read: a folder takes all that is in it along. */
  isExcluded(path: string): boolean;
  /** Whether a file at this path, not excluded, belongs to the source. */
  isIncluded(path: string): boolean;
  /** Whether a folder can hold included files, by the fixed beginnings of the patterns. */
  canHoldIncluded(folder: string): boolean;
  /** Whether an include pattern names this folder itself, and not by a wildcard alone. */
  isNamed(folderName: string): boolean;
}

// Names may hold line ends, so `.` must match them. No extended globs: some of them take exponential time.
const OPTIONS: picomatch.PicomatchOptions = { noextglob: true, nonegate: true, flags: 's' };

export function createPathFilter(source: { include?: string[]; exclude?: string[] }): PathFilter {
  const exclude = matcher(source.exclude ?? [], { ...OPTIONS, dot: true });
  if (!source.include) {
    return { isExplicit: false, isExcluded: exclude, isIncluded: () => true, canHoldIncluded: () => true, isNamed: () => false };
  }
  const patterns = source.include.map(normalized);
  const bases = patterns.map((pattern) => picomatch.scan(pattern, { ...OPTIONS, unescape: true }).base);
  const segments = patterns.flatMap((pattern) => pattern.split('/')).filter((segment) => !/^[*?[]/.test(segment));
  return {
    isExplicit: true,
    isExcluded: exclude,
    isIncluded: matcher(source.include, OPTIONS),
    canHoldIncluded: (folder) =>
      bases.some((base) => base === '' || base === folder || base.startsWith(`${folder}/`) || folder.startsWith(`${base}/`)),
    isNamed: matcher(segments, OPTIONS),
  };
}

function matcher(patterns: string[], options: picomatch.PicomatchOptions): (path: string) => boolean {
  if (patterns.length === 0) return () => false;
  const spread = patterns.map(normalized).flatMap((pattern) => (pattern.endsWith('*') ? [pattern] : [pattern, `${pattern}/**`]));
  return picomatch(spread, options);
}

function normalized(pattern: string): string {
  return pattern.replace(/^(\.\/)+/, '').replace(/\/+$/, '');
}
