import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { checkSourceRoots, parseStoredSource } from '../../src/api/access/source-roots';
import type { Source } from '../../src/domain/ingestion-input';
import { createTestFolder } from '../harness/test-folder';

let folder: string;
let root: string;

beforeAll(() => {
  folder = createTestFolder();
  root = path.join(folder, 'root');
  mkdirSync(path.join(root, 'docs'), { recursive: true });
  mkdirSync(path.join(folder, 'outside'));
  mkdirSync(path.join(folder, 'root-beside'));
  writeFileSync(path.join(folder, 'outside', 'secret.txt'), 'secret');
  symlinkSync('../outside', path.join(root, 'link-out'));
  symlinkSync('docs', path.join(root, 'link-in'));
  symlinkSync('../not-there-yet', path.join(root, 'link-to-nothing'));
  mkdirSync(path.join(root, '.state', 'uploads'), { recursive: true });
  symlinkSync('.state/uploads', path.join(root, 'link-to-state'));
  symlinkSync('circle', path.join(root, 'circle'));
});

const check = (source: string, open = [root]) => checkSourceRoots({ kind: 'folder', path: source }, { open, closed: path.join(root, '.state') });

test.each(['.', 'docs', 'docs/../docs', 'not-there-yet/at/all', 'link-in', 'link-in/file.md', 'link-out/../docs'])('%s of the root may be ingested, as an absolute path', async (inside) => {
  const given = `${root}/${inside}`;
  expect(await check(given)).toEqual({ kind: 'folder', path: path.resolve(given) });
});

test.each(['..', '../outside', '../root-beside', 'docs/../../outside', 'link-out', 'link-out/secret.txt', 'link-to-nothing', 'link-to-nothing/below', 'circle', '../not-there', '.state', '.state/uploads/a/b', 'link-to-state', 'link-to-state/a'])(
  '%s of the root is refused',
  async (outside) => {
    await expect(check(`${root}/${outside}`)).rejects.toMatchObject({ code: 'FORBIDDEN' });
  },
);

test('a root that is not there opens nothing, one that is a link opens its target', async () => {
  await expect(check('/etc', [path.join(folder, 'no-such-root')])).rejects.toMatchObject({ code: 'FORBIDDEN' });
  await expect(check('/etc', [path.join(root, 'circle')])).rejects.toMatchObject({ code: 'FORBIDDEN' });
  await expect(check('/etc', [])).rejects.toMatchObject({ code: 'FORBIDDEN' });
  expect(await check(path.join(root, 'docs'), [path.join(root, 'link-in')])).toMatchObject({ kind: 'folder' });
});

test('a source of a kind that is not known here is refused', async () => {
  await expect(checkSourceRoots({ kind: 'own', path: root } as unknown as Source, { open: [root], closed: path.join(root, '.state') })).rejects.toMatchObject({ code: 'FORBIDDEN' });
});

test('a folder of the state folder that is opened by its own name is open, the rest of the state folder is not', async () => {
  const uploads = path.join(root, '.state', 'uploads');
  expect(await check(path.join(uploads, 'a', 'b'), [root, uploads])).toMatchObject({ kind: 'folder' });
  await expect(check(path.join(root, '.state', 'postgres'), [root, uploads])).rejects.toMatchObject({ code: 'FORBIDDEN' });
});

test.each([[null], [{}], [{ kind: 'folder' }], [{ kind: 'folder', path: 7 }]])('a stored source that is %j is INVALID_INPUT', (source) => {
  expect(() => parseStoredSource(source as unknown as Source)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }) as Error);
});
