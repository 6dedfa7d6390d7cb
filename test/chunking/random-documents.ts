/** Documents of any shape, for properties: prose, lines, runs without a break, many scripts, with headings and tables anywhere. */
import fc from 'fast-check';
import type { ChunkableDocument } from '../../src/chunking/chunk-document';
import type { Heading, Table } from '../../src/parsing/parsed-document';

const fragment = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('the ', 'A sentence ends here. ', 'words and more words ', 'Is it? ', 'e.g. this ', 'wrapped\nline ', 'Line.\n', '\n\n', '- item\n', '    code();\n') },
  { weight: 2, arbitrary: fc.constantFrom('这是一个句子。', '「引用。」', 'Предложение. ', 'สวัสดีชาวโลก', '한국어 문장입니다. ', 'e\u0301\u0323\u0301 ', ' \u0301', '👨‍👩‍👧', '🇫🇷🇩🇪', '👍🏽 ', '\r\n', '\u3000', '\u00a0', '\u200b', '"quoted" ', "'there' ") },
  { weight: 1, arbitrary: fc.constantFrom('x'.repeat(150), '漢字'.repeat(60), 'a' + '\u0301'.repeat(90), '-'.repeat(130), ' '.repeat(100), '\n'.repeat(20), '🇫🇷'.repeat(40), '\u{20000}'.repeat(50), '1234567890'.repeat(12)) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', maxLength: 12 }) },
);

const prose = fc.array(fragment, { maxLength: 40 }).map((parts) => parts.join(''));

type Block = { kind: 'prose'; text: string } | { kind: 'heading'; level: number; title: string; inText: boolean } | { kind: 'table'; header: string; rows: string[] };

const block: fc.Arbitrary<Block> = fc.oneof(
  { weight: 3, arbitrary: prose.map((text) => ({ kind: 'prose' as const, text })) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('heading' as const),
      level: fc.integer({ min: 1, max: 14 }),
      title: fc.constantFrom('Title', 'A long title of a section about many things', '标题', 'Überschrift', 'x'.repeat(300), ''),
      inText: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('table' as const),
      header: fc.constantFrom('id | name | price', 'column '.repeat(80)),
      rows: fc.array(fc.constantFrom('1 | nut | 0.50', '2 | bolt, a long one that needs words | 1.25', 'cell '.repeat(60)), { maxLength: 20 }),
    }),
  },
);

export const documents: fc.Arbitrary<ChunkableDocument> = fc.array(block, { maxLength: 8 }).map(build);

function build(blocks: Block[]): ChunkableDocument {
  const headings: Heading[] = [];
  const tables: Table[] = [];
  let text = '';
  for (const part of blocks) {
    const start = text.length;
    if (part.kind === 'prose') text += part.text;
    else if (part.kind === 'heading') {
      if (part.inText) text += `# ${part.title}\n`;
      headings.push({ level: part.level, title: part.title, start, end: text.length });
    } else {
      text += [part.header, ...part.rows].join('\n');
      tables.push({ start, end: text.length, header: part.header });
      text += '\n';
    }
  }
  return { text, structure: { headings, tables } };
}
