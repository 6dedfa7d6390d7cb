/**
 * What a folder source leaves out unless it is asked for: the one list. Nothing of it vanishes silently: each folder left out is one
 * `ignored` entry (`node_modules/`), each file one, with the reason.
 *
 * - Folders whose names begin with a dot (`.git`, `.venv`, `.ssh`, `.obsidian`): tools keep their data and keys there.
 * - Folders of installed or generated things, by name.
 * - Files that desktops leave behind, by name.
 *
 * Hidden files (`.hidden.txt`) are read like any other. A folder is walked all the same when a pattern of `include` names it
 * (`.github/**`, `**\/node_modules/lodash/*.md`); a wildcard does not name it.
 */
const FOLDERS = new Set(['node_modules', '__pycache__', 'lost+found', '$RECYCLE.BIN', 'System Volume Information', '@eaDir']);
const FILES = new Set(['.DS_Store', '.localized', 'Thumbs.db', 'ehthumbs.db', 'desktop.ini', 'Icon\r']);

/** Why a folder of this name is left out; undefined: it is not. */
export function findFolderLeftOut(name: string): string | undefined {
  if (name.startsWith('.')) return 'a hidden folder: name it in include to read it';
  if (FOLDERS.has(name)) return 'left out by default: name it in include to read it';
  return undefined;
}

/** Why a file of this name is left out; undefined: it is not. */
export function findFileLeftOut(name: string): string | undefined {
  // `._name` is what macOS writes beside `name` on disks of other systems.
  return FILES.has(name) || name.startsWith('._') ? 'a file that desktops leave behind' : undefined;
}
