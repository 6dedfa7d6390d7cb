/** The names in a folder, with a memory of large ones: a page of discovery must not read a million names again for the next 500. */
import { readdir, stat } from 'node:fs/promises';
import { hasSettled } from './file-time';
import { orderedNames, type FileName } from './file-name';

/** Folders with fewer entries are cheaper to read again than to remember. */
const LARGE_FOLDER_ENTRIES = 2_000;
/** More than one walk's depth of large folders is not needed at once. */
const REMEMBERED_FOLDERS = 8;

export interface FolderListings {
  /** Sorted by code units. Rejects with the error of the operating system. */
  list(path: string | Buffer): Promise<readonly FileName[]>;
}

export function createFolderListings(): FolderListings {
  const remembered = new Map<string, { mtimeNs: bigint; names: readonly FileName[] }>();

  return {
    async list(path) {
      const key = typeof path === 'string' ? path : `\0${path.toString('latin1')}`;
      const known = remembered.get(key);
      // Taken before reading: an entry that appears meanwhile changes the time, and the next page reads the folder again.
      const { mtimeNs, mtimeMs } = await stat(path, { bigint: true });
      if (known?.mtimeNs === mtimeNs) return known.names;
      const names = orderedNames(await readdir(path, { encoding: 'buffer' }));
      remembered.delete(key);
      if (names.length >= LARGE_FOLDER_ENTRIES && hasSettled(Number(mtimeMs))) {
        remembered.set(key, { mtimeNs, names });
        for (const oldest of remembered.keys()) {
          if (remembered.size <= REMEMBERED_FOLDERS) break;
          remembered.delete(oldest);
        }
      }
      return names;
    },
  };
}
