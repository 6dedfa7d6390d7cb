import { mkdirSync, readdirSync, utimesSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import path from 'node:path';
import { Readable } from 'node:stream';
import { Uploads } from '../../src/api/uploads/uploads';
import { createTestFolder } from '../harness/test-folder';

/** An upload of one file, as it comes over the wire. */
function upload(name: string): IncomingMessage {
  const part = `--x\r\nContent-Disposition: form-data; name="files"; filename="${name}"\r\n\r\ntext\r\n--x--\r\n`;
  return Object.assign(Readable.from([Buffer.from(part)]), { headers: { 'content-type': 'multipart/form-data; boundary=x' } }) as unknown as IncomingMessage;
}

test('a source is deleted from its own collection only', async () => {
  const uploads = new Uploads(createTestFolder());
  const folder = uploads.folderOf('owner', 'handbook');
  mkdirSync(folder, { recursive: true });
  for (const other of ['other', '..', '.', 'owner/handbook']) await uploads.deleteSource(other, `folder:${folder}`);
  await uploads.deleteSource('owner', `folder:${path.dirname(folder)}`);
  expect(readdirSync(path.dirname(folder))).toEqual(['handbook']);
  await uploads.deleteSource('owner', `folder:${folder}`);
  expect(readdirSync(path.dirname(folder))).toEqual([]);
});

test('of one folder one upload is used at a time, and a refused one adds nothing', async () => {
  const uploads = new Uploads(createTestFolder());
  const folder = uploads.folderOf('docs', 'handbook');
  let isTaken = false;
  const use = async (moveIn: () => Promise<void>): Promise<void> => {
    if (isTaken) throw new Error('taken');
    await moveIn();
    isTaken = true;
  };
  const settled = await Promise.allSettled(['a.md', 'b.md', 'c.md'].map((name) => uploads.receive(upload(name), folder, use)));
  expect(settled.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected', 'rejected']);
  expect(readdirSync(folder)).toHaveLength(1);
  expect(readdirSync(path.join(uploads.root, '.incomplete'))).toEqual([]);
});

test('what was left half received is swept, what may still be on its way is not', async () => {
  const uploads = new Uploads(createTestFolder());
  await uploads.sweep();
  const incomplete = path.join(uploads.root, '.incomplete');
  for (const name of ['old', 'young']) mkdirSync(path.join(incomplete, name), { recursive: true });
  utimesSync(path.join(incomplete, 'old'), 0, 0);
  await uploads.sweep();
  expect(readdirSync(incomplete)).toEqual(['young']);
});
