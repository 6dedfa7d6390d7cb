/** What the name of a file says about its format. The content has the last word: see detect-format. */
import { findFormatByEnding } from './formats';

/**
 * Lower-case ending with its dot, of a path or URI; '' for a name without one (README, Makefile, `Dr. Smith's notes`).
 * A name that begins with its only dot (.gitignore) is all ending.
 */
export function fileEnding(uri: string): string {
  const name = uri.slice(uri.lastIndexOf('/') + 1);
  const match = /\.[a-z0-9_-]{1,16}$/i.exec(name.slice(-17));
  return match === null ? '' : match[0].toLowerCase();
}

/**
 * Whether a file of this name is read at all; one that isn't is ignored by discovery. A name without an ending is read, as text if it is
 * text.
 * @param moreEndings endings of the user's own parsers: see readParserModules
 */
export function isReadableFormat(uri: string, moreEndings: readonly string[] = []): boolean {
  const ending = fileEnding(uri);
  return ending === '' || findFormatByEnding(ending) !== undefined || moreEndings.includes(ending);
}
