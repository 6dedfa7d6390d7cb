/** The benchmarks' documents: Markdown of some 6 kB each, cut from the example documents, all different, always the same. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const EXAMPLES = join(__dirname, '..', '..', 'examples', 'documents');
const DOCUMENT_LENGTH = 6_000;

/** @param first number of the first: folders with other numbers have other texts */
export function writeBenchDocuments(folder: string, count: number, first = 0): void {
  const text = readdirSync(EXAMPLES, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => readFileSync(join(EXAMPLES, name), 'utf8'))
    .join('\n\n');
  for (let number = first; number < first + count; number++) {
    const parent = join(folder, String(Math.floor(number / 500)));
    if (number === first || number % 500 === 0) mkdirSync(parent, { recursive: true });
    const start = (number * 1_777) % (text.length - DOCUMENT_LENGTH);
    // The number in each paragraph makes every passage one of its own, as in a real collection.
    const body = text.slice(start, start + DOCUMENT_LENGTH).replaceAll('\n\n', `\n\n[${number}] `);
    writeFileSync(join(parent, `${number}.md`), `# Document ${number}\n\n${body}\n`);
  }
}
