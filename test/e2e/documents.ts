/** Folders of documents for end-to-end tests: the texts are those of examples/documents, cut, so that a job has as many as it needs. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const EXAMPLES = join(__dirname, '..', '..', '..', 'examples', 'documents');
const PIECE_LENGTH = 2_400;

/** Writes `count` Markdown documents of some 2.4 kB, all different, always the same, in folders of 100. */
export function writeDocuments(folder: string, count: number): void {
  const pieces = cutExamples();
  for (let number = 0; number < count; number++) {
    const parent = join(folder, `part-${String(Math.floor(number / 100)).padStart(3, '0')}`);
    if (number % 100 === 0) mkdirSync(parent, { recursive: true });
    const piece = pieces[number % pieces.length]!;
    // The marker makes each text of a document its own, so that every chunk has to be embedded.
    const body = piece.replaceAll('\n\n', `\n\n(${number}) `);
    writeFileSync(join(parent, `document-${String(number).padStart(5, '0')}.md`), `# Document ${number}\n\n${body}\n`);
  }
}

function cutExamples(): string[] {
  const texts = readdirSync(EXAMPLES, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => readFileSync(join(EXAMPLES, name), 'utf8'));
  return texts.flatMap((text) => Array.from({ length: Math.floor(text.length / PIECE_LENGTH) }, (_, index) => text.slice(index * PIECE_LENGTH, (index + 1) * PIECE_LENGTH)));
}
