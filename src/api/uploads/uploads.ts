/**
 * Where uploaded documents lie: `uploads/<collection>/<upload>/` in the state folder, each upload a source of its own. The worker must see
 * the same folder. The files stay, so that a retry finds them, until their source or collection is deleted.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import path from 'node:path';
import { receiveFiles } from './receive-files';

export class Uploads {
  readonly root: string;

  constructor(stateDir: string) {
    this.root = path.join(path.resolve(stateDir), 'uploads');
  }

  /** @param name of the upload; absent: a new one */
  folderOf(collection: string, name: string = newName()): string {
    return path.join(this.root, collection, name);
  }

  /**
   * Receives the files of a request into the folder, all of them or none: a file of the same name is replaced. Rejects with INVALID_INPUT,
   * PAYLOAD_TOO_LARGE.
   */
  async receive(incoming: IncomingMessage, folder: string): Promise<void> {
    // On the same disk, where no source can be: no collection's name begins with a dot.
    const incomplete = path.join(this.root, '.incomplete', newName());
    await mkdir(incomplete, { recursive: true });
    try {
      await receiveFiles(incoming, incomplete);
      await mkdir(folder, { recursive: true });
      for (const file of await readdir(incomplete)) await rename(path.join(incomplete, file), path.join(folder, file));
    } finally {
      await rm(incomplete, { recursive: true, force: true });
    }
  }

  /** Deletes the files of a source that has been removed; what is no upload is left alone. */
  async deleteSource(locator: string): Promise<void> {
    if (!locator.startsWith('folder:')) return;
    const folder = path.resolve(locator.slice('folder:'.length));
    if (path.dirname(path.dirname(folder)) === this.root) await rm(folder, { recursive: true, force: true });
  }

  async deleteCollection(collection: string): Promise<void> {
    await rm(path.join(this.root, collection), { recursive: true, force: true });
  }
}

function newName(): string {
  return `upload-${new Date().toISOString().slice(0, 19).replace(/\D/g, '')}-${randomBytes(4).toString('hex')}`;
}
