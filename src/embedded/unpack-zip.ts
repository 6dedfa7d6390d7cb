/** Unpacks chosen entries of a zip file with their execute bits. yauzl itself refuses names that lead out of the folder. */
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';

import { type Entry, open, type Options, type ZipFile } from 'yauzl';

const openZip = promisify<string, Options, ZipFile>(open);

export async function unpackZip(file: string, folder: string, isWanted: (name: string) => boolean): Promise<void> {
  const zip = await openZip(file, { lazyEntries: true });
  const openEntry = promisify(zip.openReadStream.bind(zip)) as (entry: Entry) => Promise<NodeJS.ReadableStream>;
  await new Promise<void>((resolve, reject) => {
    const unpack = async (entry: Entry): Promise<void> => {
      if (!entry.fileName.endsWith('/') && isWanted(entry.fileName)) {
        const target = join(folder, entry.fileName);
        await mkdir(dirname(target), { recursive: true, mode: 0o755 });
        const isExecutable = ((entry.externalFileAttributes >>> 16) & 0o111) !== 0;
        await pipeline(await openEntry(entry), createWriteStream(target, { mode: isExecutable ? 0o755 : 0o644 }));
      }
      zip.readEntry();
    };
    zip.on('entry', (entry: Entry) => void unpack(entry).catch(reject));
    zip.on('end', resolve).on('error', reject);
    zip.readEntry();
  }).finally(() => zip.close());
}
