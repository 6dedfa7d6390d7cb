/** Files of the repository, as the tests of its documents read them. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export const ROOT = path.resolve(__dirname, '../../..');

export function readText(file: string): string {
  return readFileSync(path.join(ROOT, file), 'utf8');
}

/** Paths of files under a folder, relative to the root. */
export function filesUnder(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(ROOT, path.join(entry.parentPath, entry.name)))
    .sort();
}

/** README, CONTRIBUTING and everything in docs/. */
export function documentPages(): string[] {
  return ['README.md', 'CONTRIBUTING.md', ...filesUnder('docs').filter((file) => file.endsWith('.md'))];
}

/** The cells of a page's table rows, without those of the lines under headers. */
export function tableRows(markdown: string): string[][] {
  return markdown
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^\|[-|: ]+$/.test(line))
    .map((line) => line.split('|').slice(1, -1).map((cell) => cell.trim()));
}
