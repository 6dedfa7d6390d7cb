import { readFileSync } from 'node:fs';
import path from 'node:path';
import * as fc from 'fast-check';
import { parseMarkdown } from '../../src/parsing/formats/markdown';
import { plainInline } from '../../src/parsing/markdown/plain-inline';
import { collapsed, headingPath } from './harness';
import { FIXTURES } from './paths';

const parse = (markdown: string): ReturnType<typeof parseMarkdown> => parseMarkdown(Buffer.from(markdown));
const outline = (markdown: string): string[] => parse(markdown).structure.headings.map(({ level, title }) => `${level} ${title}`);

describe('real Markdown', () => {
  it('has its headings where they stand', () => {
    const document = parseMarkdown(readFileSync(path.join(FIXTURES, 'ch04-01-what-is-ownership.md')));
    expect(headingPath(document, 'stack data, we can use a common method called')).toEqual([
      'What Is Ownership?',
      'Memory and Allocation',
      'Variables and Data Interacting with Clone',
    ]);
    for (const { start, end, title } of document.structure.headings)
      expect(plainInline(document.text.slice(start, end).replace(/^#+ /, ''))).toBe(title);
    expect(document.text).not.toContain('<!--');
  });

  it('takes front matter for metadata and title', () => {
    const document = parseMarkdown(readFileSync(path.join(FIXTURES, 'histograms.md')));
    expect(document.title).toBe('Histograms and summaries');
    expect(document.metadata).toMatchObject({ title: 'Histograms and summaries', sort_rank: expect.any(Number) });
    expect(document.text).not.toContain('sort_rank');
    const sentence = 'If you can, use native histograms and prefer them over both classic histograms and summaries';
    expect(collapsed(document.text)).toContain(sentence);
    expect(headingPath(document, 'native histograms and prefer')).toEqual(['Histograms and summaries']);
  });
});

describe('headings', () => {
  it.each([
    ['# One\n\n## Two ##\n\n####### not\n#not', ['1 One', '2 Two']],
    ['One\n===\n\ntext\n\nTwo\n---\n\n---\n', ['1 One', '2 Two']],
    ['- item\n---\n\n> quote\n---', []],
    ['```\n# not\n```\n# yes', ['1 yes']],
    ['~~~ js\n```\n# not\n~~~\n# yes', ['1 yes']],
    ['````\n```\n# not\n````\n# yes', ['1 yes']],
    ['1. item\n\n   ```sh\n   # not\n   ```\n\n# yes', ['1 yes']],
    ['- ```sh\n  # not\n# yes, the item has ended', ['1 yes, the item has ended']],
    ['    # code\n\n# yes', ['1 yes']],
    ['<pre>\n# not\n</pre>\n# yes', ['1 yes']],
    ['<!--\n# not\n-->\n# yes', ['1 yes']],
    ['> # quoted', []],
    ['a | b\n--- | ---\n1 | 2', []],
    ['# The `__init__` of **A** and [B](http://x.y/) <b>c</b> \\* &amp; more {#anchor}', ['1 The __init__ of A and B c * & more']],
    ['# [![badge](b.svg)](https://x.y) Name', ['1 badge Name']],
    ['## [1.2.0] - 2024-01-01', ['2 1.2.0 - 2024-01-01']],
    ['## 标题 {/*title*/}', ['2 标题']],
  ])('of %j', (markdown, expected) => {
    expect(outline(markdown)).toEqual(expected);
  });

  it('an unclosed fence goes to the end', () => {
    const document = parse('# One\n\nText one.\n\n```js\n# Two, inside the fence that never closes\n\nText two.\n');
    expect(document.structure.headings.map(({ title }) => title)).toEqual(['One']);
    expect(document.text).toContain('Text two.');
  });
});

describe('comments', () => {
  it.each([
    ['## H {/*anchor*/}\n\ntext {/* note */} more', '## H\n\ntext  more'],
    ['a <!-- b --> c\n<!-- whole line -->\nd', 'a  c\nd'],
    ['a <!-- b\nc\nd --> e', 'a\n e'],
    ['a <!-- never closed\nb', 'a <!-- never closed\nb'],
    ['`<!-- code -->` <!-- not -->', '`<!-- code -->`'],
    ['```html\n<!-- code -->\n```', '```html\n<!-- code -->\n```'],
  ])('%j → %j', (markdown, text) => {
    expect(parse(markdown).text).toBe(text);
  });
});

describe('front matter', () => {
  it('that is never closed is body', () => {
    const document = parse('---\ntitle: x\n\n# Heading\n\nThe body that must not be lost.');
    expect(document.text).toContain('The body that must not be lost.');
  });

  it('with YAML that multiplies is bounded, and the body is found', () => {
    const lines = [
      'a: &a [x,x,x,x,x,x,x,x,x]',
      ...'bcdefghi'.split('').map((name, index) => `${name}: &${name} [${Array(9).fill(`*${'abcdefgh'[index]}`).join(',')}]`),
    ];
    const document = parse(`---\ntitle: Bomb\n${lines.join('\n')}\n---\n\n# Heading\n\nBody.`);
    expect(document.text).toBe('\n# Heading\n\nBody.');
    expect(document.title).toBe('Bomb');
    expect(JSON.stringify(document.metadata).length).toBeLessThan(10_000);
    expect(document.warnings).toHaveLength(1);
  });

  it('that is no YAML gives its plain lines', () => {
    expect(parse("---\ntitle: A: B: \"c\nauthor: 'D'\n---\ntext")).toMatchObject({
      title: 'A: B: "c',
      metadata: { author: 'D' },
      text: 'text',
    });
  });

  it('is not what stands between two thematic breaks', () => {
    expect(parse('---\nJust a sentence.\n---\nAnd more.').text).toContain('Just a sentence.');
  });

  it('pollutes nothing', () => {
    const { metadata } = parse('---\n__proto__:\n  polluted: true\nconstructor: {prototype: {polluted: true}}\ndate: 2024-01-02\n---\n');
    expect(Object.keys(metadata)).toEqual(['date']);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

it('the header of a table is known', () => {
  const { text, structure } = parse('# T\n\ntext\n\n| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |\n\nafter');
  expect(structure.tables.map(({ header, start, end }) => [header, text.slice(start, end)])).toEqual([
    ['| a | b |', '| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 |'],
  ]);
});

it('headings lie in the text, in order, whatever the text', () => {
  const piece = fc.constantFrom(
    '# a',
    '#',
    'b',
    '\n',
    '\n\n',
    '```',
    '~~~',
    '<!--',
    '-->',
    '{/*',
    '*/}',
    '---',
    '===',
    '- ',
    '  ',
    '> ',
    '| x |',
    '|-|',
    '`',
    '[',
    '](',
    '<pre>',
    '\t',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      const { text, structure } = parse(pieces.join(''));
      let last = 0;
      for (const { start, end } of structure.headings) {
        expect(start).toBeGreaterThanOrEqual(last);
        expect(end).toBeLessThanOrEqual(text.length);
        last = start;
      }
    }),
  );
});
