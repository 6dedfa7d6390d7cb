import { maxContextTokens, type ChunkSettings } from '../../src/chunking/chunk';
import { chunkDocument } from '../../src/chunking/chunk-document';
import type { DocumentStructure } from '../../src/parsing/parsed-document';
import { getTokenizer } from '../../src/tokenizer/get-tokenizer';

const tokenizer = getTokenizer('static-en-256');

/** Chunks a text whose lines of `# Title` are headings, and whose lines with | are tables. */
function chunk(text: string, settings: Partial<ChunkSettings> = {}) {
  const structure: DocumentStructure = { headings: [], tables: [] };
  for (const { 0: line, 1: marks, 2: title, index } of text.matchAll(/^(#+) (.*)$/gm)) {
    structure.headings.push({ level: marks!.length, title: title!, start: index, end: index + line.length });
  }
  for (const { 0: table, index } of text.matchAll(/^(.*\|.*(\n|$))+/gm)) structure.tables.push({ start: index, end: index + table.length, header: table.split('\n')[0]! });
  return chunkDocument({ text, structure }, tokenizer, { chunkTokens: 20, chunkOverlap: 0, ...settings });
}
const texts = (...given: Parameters<typeof chunk>) => chunk(...given).map(({ text }) => text);

const sentence = 'The quick brown fox jumps over it.'; // 8 tokens

describe('where a text is cut', () => {
  it('nowhere when it fits', () => {
    expect(texts(`  ${sentence}\n`)).toEqual([sentence]);
    expect(texts('')).toEqual([]);
    expect(texts(' \n\u00a0\u3000\n')).toEqual([]);
  });

  it('between paragraphs rather than lines, lines rather than sentences, sentences rather than words', () => {
    expect(texts(`${sentence} It runs.\n\nOne line of it\nAnd another. More words here`)).toEqual([`${sentence} It runs.`, 'One line of it\nAnd another. More words here']);
    expect(texts(`${sentence} It runs.\nA line. And more\nof ${sentence}`)).toEqual([`${sentence} It runs.`, `A line. And more\nof ${sentence}`]);
    expect(texts(`${sentence} It runs. And then there are a lot more words in this place`)).toEqual([`${sentence} It runs.`, 'And then there are a lot more words in this place']);
  });

  it('not where a line is only wrapped, nor after an abbreviation', () => {
    expect(texts(`${sentence} It runs. See e.g.\nthe one before the other\nof them all and more`)[0]).toBe(`${sentence} It runs.`);
  });

  it('after East Asian full stops, which no space follows', () => {
    expect(texts('这是第一个很好的句子。这是第二个很好的句子。这是第三个很好的句子。', { chunkTokens: 15 })).toEqual(['这是第一个很好的句子。', '这是第二个很好的句子。', '这是第三个很好的句子。']);
  });

  it('between rows of a table, with the header in the context of those that lack it', () => {
    const rows = Array.from({ length: 9 }, (_, index) => `${index} | nut | 0`);
    const chunks = chunk(`id | name | price\n${rows.join('\n')}\n`, { chunkTokens: 24 });
    expect(chunks.map(({ text }) => text).join('\n')).toBe(`id | name | price\n${rows.join('\n')}`);
    expect(chunks.every(({ text }) => text.split('\n').every((line) => /^\w+ \| \w+ \| \w+$/.test(line)))).toBe(true);
    expect(chunks.map(({ context }) => context)).toEqual(['', ...chunks.slice(1).map(() => 'id | name | price')]);
  });

  it('before a table that does not fit, when enough text stands before it', () => {
    expect(texts(`${sentence} And so on it goes.\n\nid | name\n1 | nut of steel\n2 | bolt of steel`)).toEqual([
      `${sentence} And so on it goes.`,
      'id | name\n1 | nut of steel\n2 | bolt of steel',
    ]);
  });
});

describe('the overlap', () => {
  it('begins with a sentence where one fits, else with a word', () => {
    const [first, second] = texts(`${sentence} It runs. ${sentence} It ends here`, { chunkTokens: 14, chunkOverlap: 5 });
    expect(first).toMatch(/It runs\.$/);
    expect(second).toMatch(/^It runs\. The quick/);
    const words = texts('alpha beta gamma delta one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen', { chunkTokens: 10, chunkOverlap: 2 });
    expect(words.length).toBeGreaterThan(2);
    words.slice(1).forEach((text, index) => expect(words[index]!.endsWith(text.split(' ').slice(0, 2).join(' '))).toBe(true));
  });

  it('does not reach into another section, nor repeat rows', () => {
    const chunks = texts(`# One\n${sentence}\n# Two\n${sentence} ${sentence}\n\n1 | 2\n${'3 | 4\n'.repeat(12)}`, { chunkOverlap: 8 });
    expect(chunks.filter((text) => text.includes('# One'))).toHaveLength(1);
    expect(chunks.join('\n').match(/3 \| 4/g)).toHaveLength(12);
  });
});

describe('sections', () => {
  it('have chunks of their own, with the titles above them', () => {
    expect(chunk(`Before.\n# A\nText of A.\n## B\nText of B.\n# C\nText of C.`).map(({ text, headingPath, context }) => [text, headingPath, context])).toEqual([
      ['Before.', [], ''],
      ['# A\nText of A.', ['A'], 'A'],
      ['## B\nText of B.', ['A', 'B'], 'A > B'],
      ['# C\nText of C.', ['C'], 'C'],
    ]);
  });

  it('that are a title alone go with the first section below them, and with no other', () => {
    expect(chunk(`# A\n\n## B\nText of B.\n## Empty\n## C\nText of C.`).map(({ text, headingPath }) => [text, headingPath.join('/')])).toEqual([
      ['# A\n\n## B\nText of B.', 'A/B'],
      ['## Empty', 'A/Empty'],
      ['## C\nText of C.', 'A/C'],
    ]);
  });

  it('known from outside the text, as bookmarks are, cut it too', () => {
    const text = 'First part. Second part.';
    const headings = [{ level: 1, title: 'One', start: 0, end: 0 }, { level: 2, title: 'Two', start: 12, end: 12 }];
    const chunks = chunkDocument({ text, structure: { headings, tables: [] } }, tokenizer, { chunkTokens: 20, chunkOverlap: 0 });
    expect(chunks.map((part) => [part.text, part.context])).toEqual([['First part.', 'One'], ['Second part.', 'One > Two']]);
  });
});

describe('the context', () => {
  const long = 'a title of many words '.repeat(20).trim();

  it('keeps a long title short, and the inner titles of a long path', () => {
    const settings = { chunkTokens: 80 };
    const [first] = chunk(`# ${long}\nText.`, settings);
    expect(first!.context).toMatch(/^a title of many words a title.*…$/);
    const nested = chunk(`# Outermost words of a title\n## Middle words of a title\n### ${'Inner words '.repeat(7).trim()}\nText.`, settings).at(-1)!;
    expect(nested.context).toMatch(/Inner words$/);
    expect(nested.context).not.toMatch(/Outermost/);
    expect(nested.headingPath).toHaveLength(3);
    for (const { context } of [first!, nested]) expect(tokenizer.count(context)).toBeLessThanOrEqual(maxContextTokens({ ...settings, chunkOverlap: 0 }));
  });

  it('has room for path and header of a table', () => {
    const chunks = chunk(`# Prices\nid | name\n${'1 | nut\n'.repeat(30)}`, { chunkTokens: 40 });
    expect(chunks.at(-1)!.context).toBe('Prices\nid | name');
    expect(chunks[0]!.context).toBe('Prices');
  });
});
