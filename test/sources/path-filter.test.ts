import { createPathFilter } from '../../src/sources/path-filter';
import { discoverAll, summary } from './discovery';
import { temporaryFolder } from './temporary-folder';

test.each([
  [['*.md'], 'a.md', true],
  [['*.md'], 'docs/a.md', false],
  [['**/*.md'], 'docs/a.md', true],
  [['**/*.md'], 'a.md', true],
  [['docs'], 'docs/deep/a.txt', true],
  [['./docs/'], 'docs/a.txt', true],
  [['docs'], 'docs2/a.txt', false],
  [['docs/*'], 'docs/deep/a.txt', false],
  [['*.{md,txt}'], 'a.txt', true],
  [['**/*.txt'], 'new\nline/new\nline.txt', true],
  [['**/*.txt'], '.hidden.txt', false],
  [['.*.txt'], '.hidden.txt', true],
  [['a\\[1\\].md'], 'a[1].md', true],
  [['a[1].md'], 'a1.md', true],
])('include %j and %j: %s', (include, path, isIncluded) => {
  expect(createPathFilter({ include }).isIncluded(path)).toBe(isIncluded);
});

test.each([
  [['drafts'], 'drafts', true],
  [['**/*.txt'], '.hidden.txt', true],
  [['*.txt'], 'a/b.txt', false],
])('exclude %j and %j: %s', (exclude, path, isExcluded) => {
  expect(createPathFilter({ exclude }).isExcluded(path)).toBe(isExcluded);
});

test('exclude wins over include, and what is not included is not mentioned', async () => {
  const path = temporaryFolder({ 'a.md': '', 'b.txt': '', 'drafts/c.md': '', 'd.png': '' });
  expect(summary(await discoverAll({ path, include: ['**/*.md'], exclude: ['drafts'] }))).toEqual(['document a.md']);
});

test('a file of an unread type is ignored, and a failure when include matches it', async () => {
  const path = temporaryFolder({ 'a.png': '' });
  expect(summary(await discoverAll({ path }))).toEqual(['ignored a.png']);
  expect(summary(await discoverAll({ path, include: ['*'] }))).toEqual(['UNSUPPORTED_FORMAT a.png']);
});

test('hidden and generated folders are left out aloud, and read when include names them', async () => {
  const path = temporaryFolder({ '.github/a.md': '', '.hidden.md': '', 'node_modules/x/a.md': '', 'Thumbs.db': '', 'b.md': '' });
  expect(summary(await discoverAll({ path }))).toEqual([
    'ignored .github/',
    'document .hidden.md',
    'ignored Thumbs.db',
    'document b.md',
    'ignored node_modules/',
  ]);
  expect(summary(await discoverAll({ path, include: ['**/*.md'] }))).toEqual([
    'ignored .github/',
    'document b.md',
    'ignored node_modules/',
  ]);
  expect(summary(await discoverAll({ path, include: ['.github/**', 'node_modules/x/*'] }))).toEqual([
    'document .github/a.md',
    'document node_modules/x/a.md',
  ]);
});

test('a folder that no pattern can reach is not walked', () => {
  const { canHoldIncluded } = createPathFilter({ include: ['docs/guide/*.md', 'notes'] });
  expect(['docs', 'docs/guide', 'notes', 'notes/deep', 'images', 'docs/api'].map(canHoldIncluded)).toEqual([
    true,
    true,
    true,
    true,
    false,
    false,
  ]);
});
