import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, renameSync, symlinkSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { createFolderReader } from '../../src/sources/folder-source';
import { discoverAll, summary } from './discovery';
import { createInProcessParsers } from './in-process-parsers';
import { addFiles, temporaryFolder } from './temporary-folder';

/** Names of one file each, all of them legal. */
const NAMES = [
  'with space.txt',
  'it\'s "quoted".txt',
  'new\nline.txt',
  'emoji-📄🇩🇪.txt',
  '-rf.txt',
  'a%2Fb%2e%2e.txt',
  `${'L'.repeat(251)}.txt`,
  'caf\u00e9-nfc.txt',
  'cafe\u0301-nfd.txt',
  'back\\slash.txt',
  '.hidden.txt',
  'UPPER.TXT',
  'upper.txt',
  'semi;colon&amp$(x)`y`.txt',
  'hash#question?.txt',
  'two.dots.tar.md',
  '\u202egpj.txt',
  'star*bracket[1]{a,b}.txt',
];

test('difficult names are URIs as they are, each its own', async () => {
  const folder = temporaryFolder(Object.fromEntries(NAMES.map((name) => [`names/${name}`, name])));
  const items = await discoverAll({ path: folder }, 5);
  expect(items.map((item) => item.uri).sort()).toEqual(NAMES.map((name) => `names/${name}`).sort());
  expect(items.every((item) => item.kind === 'document')).toBe(true);
});

test('links are followed to files within the folder only, and never twice', async () => {
  const outside = temporaryFolder({ 'secret.md': 'secret' });
  const folder = temporaryFolder({ 'a.md': 'a', 'sub/b.md': 'b', '.store/c.md': 'content' });
  const link = (target: string, name: string) => symlinkSync(target, path.join(folder, name));
  link('a.md', 'to-file.md');
  link('.store/c.md', 'to-store.md');
  link(path.join(outside, 'secret.md'), 'to-secret.md');
  link(outside, 'to-outside');
  link('..', 'sub/to-parent');
  link('sub', 'to-folder');
  link('loop', 'loop');
  link('missing.md', 'to-nothing.md');
  link('/dev/zero', 'to-device.md');
  const items = await discoverAll({ path: folder }, 3);
  expect(summary(items)).toEqual([
    'ignored .store/',
    'document a.md',
    'ignored loop',
    'document sub/b.md',
    'ignored sub/to-parent',
    'ignored to-device.md',
    'ignored to-file.md',
    'ignored to-folder',
    'ignored to-nothing.md',
    'ignored to-outside',
    'ignored to-secret.md',
    'document to-store.md',
  ]);
  expect(items.find((item) => item.uri === 'to-store.md')).toMatchObject({
    size: 7,
    reference: { path: path.join(folder, '.store/c.md') },
  });
  expect(items.find((item) => item.uri === 'to-secret.md')).toMatchObject({ reason: 'a link out of the folder' });
});

test('a source that is itself a link is read', async () => {
  const folder = temporaryFolder({ 'v1/a.md': '', 'v1/.store/b.md': '' });
  symlinkSync('.store/b.md', path.join(folder, 'v1/b.md'));
  symlinkSync('v1', path.join(folder, 'current'));
  expect(summary(await discoverAll({ path: path.join(folder, 'current') }))).toEqual(['ignored .store/', 'document a.md', 'document b.md']);
});

test('pipes, sockets and what is no file are ignored', async () => {
  const folder = temporaryFolder({ 'a.md': '' });
  execFileSync('mkfifo', [path.join(folder, 'pipe.md')]);
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(path.join(folder, 'socket.md'), resolve));
  try {
    expect(summary(await discoverAll({ path: folder }))).toEqual(['document a.md', 'ignored pipe.md', 'ignored socket.md']);
  } finally {
    server.close();
  }
});

test('a pipe or device as the source is refused', async () => {
  const reader = createFolderReader({ parsers: createInProcessParsers() });
  await expect(reader.check({ kind: 'folder', path: '/dev/null' })).rejects.toMatchObject({
    code: 'SOURCE_NOT_FOUND',
    message: '/dev/null is neither a folder nor a file.',
  });
});

describe('as a user without rights', () => {
  const { getuid, seteuid } = process;
  if (!getuid || !seteuid) throw new Error('These tests need POSIX users.');
  const isRoot = getuid() === 0;
  /** Root may read everything, so act as nobody. */
  async function asNobody<T>(work: () => Promise<T>): Promise<T> {
    if (isRoot) seteuid?.(65_534);
    try {
      return await work();
    } finally {
      if (isRoot) seteuid?.(0);
    }
  }

  test('what may not be read is broken, what may not be listed makes the source incomplete', async () => {
    const folder = temporaryFolder({
      'a.md': '',
      'closed/b.md': '',
      'names-only/c.md': '',
      'secret.md': '',
      'secret.jsonl': '{"id":"r1"}',
      'z.md': '',
    });
    chmodSync(path.join(folder, 'closed'), 0o000);
    chmodSync(path.join(folder, 'names-only'), 0o444);
    chmodSync(path.join(folder, 'secret.md'), 0o000);
    chmodSync(path.join(folder, 'secret.jsonl'), 0o000);
    const items = await asNobody(() => discoverAll({ path: folder }, 2));
    chmodSync(path.join(folder, 'closed'), 0o755);
    chmodSync(path.join(folder, 'names-only'), 0o755);
    expect(summary(items)).toEqual([
      'document a.md',
      'SOURCE_INCOMPLETE closed/',
      'SOURCE_INCOMPLETE names-only/c.md',
      'SOURCE_INCOMPLETE secret.jsonl',
      'READ_ERROR secret.md',
      'document z.md',
    ]);
    expect(items[1]).toMatchObject({ message: 'The folder "closed" can\'t be listed: permission denied (EACCES).' });
  });

  test('an unreadable folder that no pattern reaches does not matter', async () => {
    const folder = temporaryFolder({ 'docs/a.md': '', 'closed/b.md': '' });
    chmodSync(path.join(folder, 'closed'), 0o000);
    const items = await asNobody(() => discoverAll({ path: folder, include: ['docs/**'] }));
    chmodSync(path.join(folder, 'closed'), 0o755);
    expect(summary(items)).toEqual(['document docs/a.md']);
  });

  test('a source that may not be listed is SOURCE_NOT_FOUND', async () => {
    const folder = temporaryFolder({ 'a.md': '' });
    chmodSync(folder, 0o000);
    const reader = createFolderReader({ parsers: createInProcessParsers() });
    await asNobody(async () => {
      await expect(reader.check({ kind: 'folder', path: folder })).rejects.toMatchObject({
        code: 'SOURCE_NOT_FOUND',
        message: expect.stringContaining('permission denied'),
      });
      await expect(discoverAll({ path: folder })).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' });
    });
    chmodSync(folder, 0o755);
  });
});

test('names that are not UTF-8 are reported legibly, apart from each other', async () => {
  const folder = temporaryFolder({ 'ok.md': '', 'caf\ufffdE9.md': '' });
  const named = (bytes: string) => Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(bytes, 'latin1')]);
  writeFileSync(named('caf\xe9.md'), '');
  writeFileSync(named('caf\xe8.md'), '');
  mkdirSync(named('dir\xff'));
  writeFileSync(named('dir\xff/a.md'), '');
  expect(summary(await discoverAll({ path: folder }, 1))).toEqual([
    'READ_ERROR caf\ufffdE8.md',
    'document caf\ufffdE9.md',
    'READ_ERROR caf\ufffdE9.md\ufffd',
    'READ_ERROR dir\ufffdFF/a.md',
    'document ok.md',
  ]);
});

test('a file that vanishes after it was listed is passed over', async () => {
  const folder = temporaryFolder({ 'a.jsonl': '{"id":"r1"}', 'b.md': '', 'c.md': '' });
  const parsers = createInProcessParsers();
  const reader = createFolderReader({
    // The folder has been listed when the first file is looked into.
    parsers: {
      ...parsers,
      async isContainer(...call) {
        unlinkSync(path.join(folder, 'b.md'));
        return parsers.isContainer(...call);
      },
    },
  });
  const { items } = await reader.discover({ kind: 'folder', path: folder, exclude: ['c.md'] }, undefined, 10, new AbortController().signal);
  expect(summary(items)).toEqual(['document a.jsonl#r1']);
});

test('a path too long for the operating system makes the source incomplete, and does not stop it', async () => {
  const folder = temporaryFolder({ 'z.md': '' });
  const name = 'd'.repeat(200);
  // A path of 25 such names can't be made at once: lengthen it from the inside.
  const inner = path.join(temporaryFolder(), ...Array<string>(12).fill(name));
  mkdirSync(inner, { recursive: true });
  const outer = path.join(folder, ...Array<string>(12).fill(name));
  mkdirSync(outer, { recursive: true });
  renameSync(inner.slice(0, inner.indexOf(name) + name.length), path.join(outer, name));
  const items = await discoverAll({ path: folder });
  expect(items).toHaveLength(2);
  expect(items[0]).toMatchObject({ kind: 'broken', code: 'SOURCE_INCOMPLETE', message: expect.stringContaining('ENAMETOOLONG') });
  expect(summary(items)[1]).toBe('document z.md');
  execFileSync('rm', ['-rf', path.join(folder, name)]);
});

test('a sparse file of 10 GB is a document like any other: its size is the business of parsing', async () => {
  const folder = temporaryFolder({ 'big.md': '' });
  truncateSync(path.join(folder, 'big.md'), 10 * 2 ** 30);
  expect(await discoverAll({ path: folder })).toMatchObject([{ kind: 'document', size: 10 * 2 ** 30 }]);
});

test('a large folder is found whole while it changes', async () => {
  const folder = temporaryFolder(
    Object.fromEntries(Array.from({ length: 2_500 }, (_, index) => [`${String(index).padStart(5, '0')}.md`, ''])),
  );
  const reader = createFolderReader({ parsers: createInProcessParsers() });
  const signal = new AbortController().signal;
  const first = await reader.discover({ kind: 'folder', path: folder }, undefined, 2_000, signal);
  addFiles(folder, { '00000-before.md': '', '02499-after.md': '' });
  const second = await reader.discover({ kind: 'folder', path: folder }, first.next, 2_000, signal);
  expect(first.items).toHaveLength(2_000);
  expect(second.items).toHaveLength(501);
  expect(second.items.some((item) => item.uri === '02499-after.md')).toBe(true);
});
