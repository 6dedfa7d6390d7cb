/**
 * Where uploaded documents lie: `uploads/<collection>/<upload>/` in the state folder, each upload a source of its own. The worker must see
 * the same folder. The files stay, so that a retry finds them, until their source or collection is deleted.
 */
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import path from 'node:path';
import { receiveFiles } from './receive-files';

/** No request takes so long: start-api.ts ends it before. */
const MAX_RECEIVING_MS = 60 * 60_000;

export class Uploads {
  readonly stateDir: string;
  readonly root: string;
  /** On the same disk, where no source can be: no collection's name begins with a dot. */
  private readonly incomplete: string;
  /** Of each folder that is used, the last in its line. */
  private readonly lines = new Map<string, Promise<unknown>>();

  constructor(stateDir: string) {
    this.stateDir = path.resolve(stateDir);
    this.root = path.join(this.stateDir, 'uploads');
    this.incomplete = path.join(this.root, '.incomplete');
  }

  /** @param name of the upload; absent: a new one */
  folderOf(collection: string, name: string = newName()): string {
    return path.join(this.root, collection, name);
  }

  /**
   * Receives the files of a request for the folder, and then gives the word to `use`: what it calls moves them in, all at once, a file of the
   * same name being replaced. Of one folder one is used at a time; files that were not moved are dropped. Rejects with INVALID_INPUT,
   * PAYLOAD_TOO_LARGE, and as `use` does.
   */
  async receive<T>(incoming: IncomingMessage, folder: string, use: (moveIn: () => Promise<void>) => Promise<T>): Promise<T> {
    const incomplete = path.join(this.incomplete, newName());
    await mkdir(incomplete, { recursive: true });
    try {
      await receiveFiles(incoming, incomplete);
      return await this.oneAtATime(folder, () =>
        use(async () => {
          await mkdir(folder, { recursive: true });
          for (const file of await readdir(incomplete)) await rename(path.join(incomplete, file), path.join(folder, file));
        }),
      );
    } finally {
      await rm(incomplete, { recursive: true, force: true });
    }
  }

  /** Deletes what a process that was killed had received. Another one that serves the same folder may be receiving now: the young stay. */
  async sweep(): Promise<void> {
    for (const name of await readdir(this.incomplete).catch(() => [])) {
      const entry = path.join(this.incomplete, name);
      const touchedMs = (await stat(entry).catch(() => undefined))?.mtimeMs;
      if (touchedMs !== undefined && Date.now() - touchedMs > MAX_RECEIVING_MS) await rm(entry, { recursive: true, force: true });
    }
  }

  /** Deletes the files of a source that has been removed; what is no upload of the collection's own is left alone. */
  async deleteSource(collection: string, locator: string): Promise<void> {
    if (!locator.startsWith('folder:')) return;
    const folder = path.resolve(locator.slice('folder:'.length));
    if (path.dirname(folder) === path.join(this.root, collection)) await rm(folder, { recursive: true, force: true });
  }

  async deleteCollection(collection: string): Promise<void> {
    await rm(path.join(this.root, collection), { recursive: true, force: true });
  }

  private async oneAtATime<T>(folder: string, work: () => Promise<T>): Promise<T> {
    const before = this.lines.get(folder) ?? Promise.resolve();
    const result = before.then(work);
    const settled = result.then(() => undefined, () => undefined);
    this.lines.set(folder, settled);
    try {
      return await result;
    } finally {
      if (this.lines.get(folder) === settled) this.lines.delete(folder);
    }
  }
}

function newName(): string {
  return `upload-${new Date().toISOString().slice(0, 19).replace(/\D/g, '')}-${randomBytes(4).toString('hex')}`;
}
