import { rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createFolderReader } from '../../src/sources/folder-source';
import { createSourceReaders } from '../../src/sources/source-readers';
import type { OwnSourceReader } from '../../src/sources/source-reader';
import { discoverAll, summary } from './discovery';
import { createInProcessParsers } from './in-process-parsers';
import { addFiles, temporaryFolder } from './temporary-folder';

const parsers = createInProcessParsers();
const reader = createFolderReader({ parsers });

test('a document is its path in the folder, in the order of code units, depth first', async () => {
  const folder = temporaryFolder({ 'b.md': 'b', 'a/z.md': 'z', 'a/b/c.md': 'c', 'a.md': 'a', 'Z.md': 'Z', 'ä.md': 'ä' });
  expect(summary(await discoverAll({ path: folder }))).toEqual(
    ['Z.md', 'a/b/c.md', 'a/z.md', 'a.md', 'b.md', 'ä.md'].map((uri) => `document ${uri}`),
  );
});

test('a document tells its size, its file and a token that changes with it', async () => {
  const folder = temporaryFolder({ 'a.md': 'four' });
  const file = path.join(folder, 'a.md');
  const [before] = await discoverAll({ path: folder });
  expect(before).toMatchObject({ kind: 'document', size: 4, reference: { path: file } });
  utimesSync(file, 1, 1);
  const [after] = await discoverAll({ path: folder });
  expect(after).toMatchObject({ changeToken: '4:1000000000' });
  expect(after).not.toEqual(before);
});

test.each([1, 2, 3, 7, 100])('pages of %i items give the same as one page', async (limit) => {
  const folder = temporaryFolder({
    'a/1.md': '',
    'a/2.png': '',
    'a/b/3.md': '',
    'a/b/4.md': '',
    'a/.git/x': '',
    'c.jsonl': '{"id":"r1"}\n{"id":"r2"}\nbroken\n{"id":"r4"}\n',
    'd.md': '',
    'e/f/g/h.md': '',
  });
  const items = await discoverAll({ path: folder }, limit);
  expect(summary(items)).toEqual([
    'ignored a/.git/',
    'document a/1.md',
    'ignored a/2.png',
    'document a/b/3.md',
    'document a/b/4.md',
    'document c.jsonl#r1',
    'document c.jsonl#r2',
    'INVALID_RECORD c.jsonl#at-24',
    'document c.jsonl#r4',
    'document d.md',
    'document e/f/g/h.md',
  ]);
});

test('a record is a range of its container and changes with it', async () => {
  const folder = temporaryFolder({ 'c.jsonl': '{"id":"r1"}\n{"id":"r2"}\n' });
  utimesSync(path.join(folder, 'c.jsonl'), 1, 1);
  const [, second] = await discoverAll({ path: folder });
  expect(second).toEqual({
    kind: 'document',
    uri: 'c.jsonl#r2',
    size: 11,
    changeToken: '24:1000000000',
    reference: { path: path.join(folder, 'c.jsonl'), range: { start: 12, end: 23 }, fileToken: '24:1000000000' },
  });
});

test('a container that changes between two of its pages is incomplete, and what follows it is still found', async () => {
  const folder = temporaryFolder({ 'c.jsonl': '{"id":"r1"}\n{"id":"r2"}\n{"id":"r3"}\n', 'd.md': '' });
  const items = await discoverAll({ path: folder }, 2, () => writeFileSync(path.join(folder, 'c.jsonl'), '{"id":"x"}\n'));
  expect(summary(items)).toEqual(['document c.jsonl#r1', 'document c.jsonl#r2', 'SOURCE_INCOMPLETE c.jsonl', 'document d.md']);
});

test('a folder that becomes another one during the walk is incomplete: a disk was unmounted', async () => {
  const folder = temporaryFolder({ 'disk/1.md': '', 'disk/2.md': '', 'disk/3.md': '', 'empty/.keep': '' });
  const mountPoint = path.join(folder, 'mounted');
  const mount = (target: string) => {
    rmSync(mountPoint, { force: true });
    symlinkSync(path.join(folder, target), mountPoint);
  };
  mount('disk');
  const unmountedLater = await discoverAll({ path: mountPoint }, 2, () => mount('empty'));
  expect(summary(unmountedLater)).toEqual(['document 1.md', 'document 2.md', 'SOURCE_INCOMPLETE ./']);

  mount('disk');
  const unmountWhileListing = { ...createInProcessParsers(), isContainer: async () => (mount('empty'), false) };
  const page = await createFolderReader({ parsers: unmountWhileListing }).discover({ kind: 'folder', path: mountPoint }, undefined, 10, new AbortController().signal);
  expect(summary(page.items).at(-1)).toBe('SOURCE_INCOMPLETE ./');
});

test('a file written just now has no token: what is written within the same tick would not show', async () => {
  const folder = temporaryFolder({ 'a.md': 'a' });
  const tokens = async () => (await discoverAll({ path: folder })).map((item) => item.kind === 'document' && item.changeToken);
  expect(await tokens()).toEqual([null]);
  utimesSync(path.join(folder, 'a.md'), 1, 1);
  expect(await tokens()).toEqual(['1:1000000000']);
});

test('what was passed does not come again when the folder changes between pages', async () => {
  const folder = temporaryFolder({ 'a/1.md': '', 'a/2.md': '', 'b.md': '', 'c/1.md': '' });
  const changes = [
    () => addFiles(folder, { 'a/0.md': '', 'a/1b.md': '' }),
    () => rmSync(path.join(folder, 'a'), { recursive: true }),
    () => writeFileSync(path.join(folder, 'a'), ''),
  ];
  const items = await discoverAll({ path: folder }, 1, () => changes.shift()?.());
  expect(summary(items)).toEqual(['document a/1.md', 'document a/1b.md', 'document b.md', 'document c/1.md']);
});

test('a single file is known by its name, and was asked for', async () => {
  const folder = temporaryFolder({ 'a.md': 'a', 'b.png': 'b', 'c.jsonl': '{"id":"r1"}\n{"id":"r2"}\n{"id":"r3"}' });
  expect(summary(await discoverAll({ path: path.join(folder, 'a.md') }))).toEqual(['document a.md']);
  expect(summary(await discoverAll({ path: path.join(folder, 'b.png') }))).toEqual(['UNSUPPORTED_FORMAT b.png']);
  expect(summary(await discoverAll({ path: path.join(folder, 'c.jsonl') }, 2))).toEqual([
    'document c.jsonl#r1',
    'document c.jsonl#r2',
    'document c.jsonl#r3',
  ]);
});

test('the locator is the resolved path, without the filters', async () => {
  const expected = `folder:${path.resolve('docs')}`;
  expect(await reader.locator({ kind: 'folder', path: 'x/../docs/' })).toBe(expected);
  expect(await reader.locator({ kind: 'folder', path: path.resolve('docs'), include: ['*.md'] })).toBe(expected);
});

test('an empty folder is found and holds nothing', async () => {
  const folder = temporaryFolder();
  await reader.check({ kind: 'folder', path: folder });
  expect(await discoverAll({ path: folder })).toEqual([]);
});

test('a path with nothing at it is SOURCE_NOT_FOUND, and says which path', async () => {
  const missing = path.join(temporaryFolder(), 'missing');
  await expect(reader.check({ kind: 'folder', path: missing })).rejects.toMatchObject({
    code: 'SOURCE_NOT_FOUND',
    message: expect.stringContaining(missing),
  });
  await expect(discoverAll({ path: missing })).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' });
});

test('an aborted discovery rejects with the reason', async () => {
  const folder = temporaryFolder({ 'a.md': '' });
  await expect(reader.discover({ kind: 'folder', path: folder }, undefined, 10, AbortSignal.abort('pause'))).rejects.toBe('pause');
});

test("a file that a user's own parser reads is a document", async () => {
  const path = temporaryFolder({ 'a.png': '' });
  const page = await createFolderReader({ parsers, moreEndings: ['.png'] }).discover(
    { kind: 'folder', path },
    undefined,
    10,
    new AbortController().signal,
  );
  expect(summary(page.items)).toEqual(['document a.png']);
});

test('a user adds a kind of source, and an unknown kind names those that there are', () => {
  const own = { ...reader, kind: 'imap', fields: {} } as unknown as OwnSourceReader;
  const readers = createSourceReaders({ parsers, sources: [own] });
  expect(readers.getReader({ kind: 'imap' } as never)).toBe(own);
  expect(readers.getReader({ kind: 'folder', path: '.' }).kind).toBe('folder');
  expect(() => readers.getReader({ kind: 's3' } as never)).toThrow(
    expect.objectContaining({ code: 'INVALID_INPUT', message: expect.stringContaining('folder, imap') }),
  );
});
