import { existsSync } from 'node:fs';
import path from 'node:path';
import { documentPages, readText, ROOT } from './repository';

const FOLDERS = ['src', 'workflows', 'activities', 'test', 'bench', 'docs', 'examples', 'models'];
const FILE = new RegExp(`\`((?:${FOLDERS.join('|')})/[^\`\\s*]*)\``, 'g');
const LINK = /\]\(([^)\s]+)\)/g;

test.each(documentPages())('%s names only files that exist', (page) => {
  const files = [...readText(page).matchAll(FILE)].map(([, file = '']) => file);
  expect(files.filter((file) => !existsSync(path.join(ROOT, file)))).toEqual([]);
});

test.each(documentPages())('%s links only to files and headings that exist', (page) => {
  const links = [...readText(page).matchAll(LINK)].map(([, link = '']) => link).filter((link) => !/^https?:/.test(link));
  expect(links.filter((link) => !isReachable(page, link))).toEqual([]);
});

test('the pages name files at all', () => {
  const architecture = [...readText('docs/architecture.md').matchAll(FILE)];
  expect(architecture.length).toBeGreaterThan(30);
});

function isReachable(page: string, link: string): boolean {
  const [file = '', heading] = link.split('#');
  const target = file === '' ? page : path.join(path.dirname(page), file);
  if (!existsSync(path.join(ROOT, target))) return false;
  return heading === undefined || headingsOf(readText(target)).includes(heading);
}

/** As GitHub makes them. */
function headingsOf(markdown: string): string[] {
  return [...markdown.matchAll(/^#+ (.*)$/gm)].map(([, title = '']) => title.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-'));
}
