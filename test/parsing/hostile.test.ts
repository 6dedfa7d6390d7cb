/** Files that break parsers: each must end within the limits, with its text or with a failure that says why. */
import { useParsing } from './harness';
import { makeDocx, makeZip } from './make-zip';
import { makeBombPdf, makePdf } from './make-pdf';

// What is quadratic anywhere runs into this.
const { parse, parseFixture } = useParsing({ children: 1, timeLimitMs: 10_000, memoryLimitBytes: 256 * 2 ** 20 });

const PDF = makePdf([[{ x: 72, y: 700, text: 'Text of a PDF.' }]]);
const DOCX = makeDocx('<w:p><w:r><w:t>Text of a Word document.</w:t></w:r></w:p>');
const PNG = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
const PROGRAM = Buffer.concat([Buffer.from('MZ'), Buffer.alloc(58), Buffer.from('This program cannot be run in DOS mode.')]);

describe('fails, saying why', () => {
  it.each<[string, string | Uint8Array, string]>([
    ['empty.txt', '', 'EMPTY_DOCUMENT'],
    ['empty.pdf', '', 'EMPTY_DOCUMENT'],
    ['empty.docx', '', 'EMPTY_DOCUMENT'],
    ['empty.json', '', 'EMPTY_DOCUMENT'],
    ['empty.md', '', 'EMPTY_DOCUMENT'],
    ['image.md', PNG, 'BINARY_CONTENT'],
    ['program.txt', PROGRAM, 'BINARY_CONTENT'],
    ['noise.txt', Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * index * 31 + (index >> 3)) & 0xff)), 'BINARY_CONTENT'],
    ['image.png', PNG, 'UNSUPPORTED_FORMAT'],
    ['code.py', 'print("hello")', 'UNSUPPORTED_FORMAT'],
    ['book.xlsx', makeZip([{ name: 'xl/workbook.xml', content: '<workbook/>' }]), 'UNSUPPORTED_FORMAT'],
    ['book.docx', makeZip([{ name: 'xl/workbook.xml', content: '<workbook/>' }]), 'CORRUPT_DOCUMENT'],
    ['error-page.pdf', '<!DOCTYPE html>\n<html><body><h1>Not Found</h1></body></html>', 'CORRUPT_DOCUMENT'],
    ['error-page.docx', '<html><body>Not Found</body></html>', 'CORRUPT_DOCUMENT'],
    ['half.pdf', PDF.subarray(0, 200), 'CORRUPT_DOCUMENT'],
    ['half.docx', DOCX.subarray(0, DOCX.length / 2), 'CORRUPT_DOCUMENT'],
    ['no-document.docx', makeZip([{ name: '[Content_Types].xml', content: '<Types/>' }]), 'CORRUPT_DOCUMENT'],
    ['broken.docx', makeDocx('<w:p><w:r>'.repeat(3)), 'CORRUPT_DOCUMENT'],
    ['broken.json', '{"a": [1, 2', 'CORRUPT_DOCUMENT'],
    ['text.jsonl', 'no JSON at all', 'CORRUPT_DOCUMENT'],
  ])('%s', async (name, content, code) => {
    await expect(parse(name, content)).rejects.toMatchObject({ name: 'DocumentFailure', code });
  });

  it('an encrypted Word document', async () => {
    await expect(parseFixture('encrypted.docx')).rejects.toMatchObject({ code: 'ENCRYPTED_DOCUMENT' });
  });

  it('a zip that tells that it inflates to 768 MiB', async () => {
    await expect(parse('bomb.docx', makeDocx('', [], { claimedBytes: 768 * 2 ** 20 }))).rejects.toMatchObject({ code: 'TOO_LARGE' });
  });

  it('a zip that lies about it', async () => {
    const bomb = makeDocx('', [], { content: Buffer.alloc(300 * 2 ** 20, ' '), claimedBytes: 1000 });
    await expect(parse('liar.docx', bomb)).rejects.toMatchObject({ code: expect.stringMatching(/^(?:PARSE_MEMORY|CORRUPT_DOCUMENT)$/) });
  });

  it('a PDF that inflates to a gigabyte', async () => {
    await expect(parse('bomb.pdf', makeBombPdf())).rejects.toMatchObject({
      code: expect.stringMatching(/^(?:PARSE_MEMORY|PARSE_TIMEOUT|NO_TEXT_LAYER|CORRUPT_DOCUMENT)$/),
    });
  });
});

describe('reads by content what has another name', () => {
  it.each<[string, string | Uint8Array, string]>([
    ['word.pdf', DOCX, 'Text of a Word document.'],
    ['pdf.txt', PDF, 'Text of a PDF.'],
    ['page.json', '<!DOCTYPE html><html><body><p>Text of a page.</p></body></html>', 'Text of a page.'],
    ['page.txt', '\uFEFF <html><body><p>Text of a page.</p></body></html>', 'Text of a page.'],
  ])('%s', async (name, content, text) => {
    expect(await parse(name, content)).toMatchObject({ text, warnings: [expect.stringMatching(/is named \.\w+ and was read as/)] });
  });

  it.each<[string, string | Uint8Array, string]>([
    ['no-extension', '# A heading\n\nIts text.', '# A heading\n\nIts text.'],
    ['README', 'plain text', 'plain text'],
    ['pdf', PDF, 'Text of a PDF.'],
    ['behind-headers.pdf', Buffer.concat([Buffer.from('HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\n\r\n'), PDF]), 'Text of a PDF.'],
    ['about.md', 'A file that begins with %PDF-1.7 is a PDF.', 'A file that begins with %PDF-1.7 is a PDF.'],
  ])('%s', async (name, content, text) => {
    expect(await parse(name, content)).toMatchObject({ text, warnings: [] });
  });
});

it('keeps the text between NULs, and refuses what is nothing else', async () => {
  const { text } = await parse('nuls.txt', `The first line.\n\0\0The second\0 line.\n${'\0'.repeat(4000)}\nThe last line.\n`);
  expect(text).toBe('The first line.\nThe second line.\n\nThe last line.\n');
  await expect(parse('zeros.txt', Buffer.alloc(4096))).rejects.toMatchObject({ code: 'BINARY_CONTENT' });
});

describe('says that there is no text', () => {
  it.each([
    ['blank.txt', ' \n\u00A0\u3000\uFEFF\n'],
    ['blank.md', '---\n---\n\n   \n'],
    ['head.html', '<html><head><title>Title only</title></head><body></body></html>'],
    ['header.csv', 'id,name\n'],
  ])('%s', async (name, content) => {
    const { text, warnings } = await parse(name, content);
    expect(text.trim()).toBe('');
    expect(warnings).toHaveLength(1);
  });
});

describe('is linear and does not overflow', () => {
  const list = Array.from({ length: 500 }, (_, depth) => `${' '.repeat(depth * 2)}- level ${depth}`).join('\n');
  it.each<[string, string, string]>([
    [
      'nested-div.html',
      `<body>${'<div>'.repeat(100_000)}<p>At the bottom of the well.</p>${'</div>'.repeat(100_000)}<p>After it.</p></body>`,
      'At the bottom of the well.',
    ],
    ['nested-span.html', `<body>${'<span>'.repeat(100_000)}At the bottom of the well.</body>`, 'At the bottom of the well.'],
    ['unclosed.html', `<body>${'<p><b><li><td>x'.repeat(50_000)} the end</body>`, 'the end'],
    ['one-attribute.html', `<body><p ${'a '.repeat(200_000)}>Text after attributes.</p></body>`, 'Text after attributes.'],
    ['data-uri.html', `<body><p>Before.</p><img src="data:image/png;base64,${'A'.repeat(1_000_000)}"><p>After.</p></body>`, 'After.'],
    ['nested-lists.md', `${list}\n\nThe end.`, 'The end.'],
    ['nested-quotes.md', `${'>'.repeat(20_000)} deep\n\nThe end.`, 'The end.'],
    [
      'brackets.md',
      `# ${'['.repeat(60_000)}${'*a_'.repeat(20_000)}\n\n${'['.repeat(60_000)}${'**a'.repeat(20_000)}\n\nThe end.`,
      'The end.',
    ],
    ['comments.md', `${'<!-- '.repeat(50_000)}\n${'`<!--` {/* '.repeat(20_000)}\nThe end.`, 'The end.'],
    ['fences.md', '```\n~~~\n'.repeat(50_000) + 'The end.', 'The end.'],
    ['white-space.md', `# start${' '.repeat(200_000)}x\n${'\n'.repeat(50_000)}The end.`, 'The end.'],
    ['white-space.txt', `start${' '.repeat(200_000)}${'\n'.repeat(50_000)}${'a@'.repeat(20_000)}! The end.`, 'The end.'],
    ['one-line.txt', 'abcdefghij'.repeat(500_000), 'abcdefghij'],
    ['nested-arrays.json', `${'['.repeat(100_000)}"the bottom"${']'.repeat(100_000)}`, 'the bottom'],
    ['nested-objects.json', `${'{"a":'.repeat(50_000)}"the bottom"${'}'.repeat(50_000)}`, 'the bottom'],
    [
      'columns.csv',
      Array.from({ length: 50 }, (_, row) => Array.from({ length: 1000 }, (__, column) => `c${row}-${column}`).join(',')).join('\n'),
      'c49-999',
    ],
    ['quotes.csv', 'a,b\n' + '"a""b\n'.repeat(100_000) + 'the,end', 'the,end'],
    ['long-quote.csv', `a,b\n1,"${'x\n'.repeat(200_000)}the,end`, 'the,end'],
  ])('%s', async (name, content, found) => {
    expect((await parse(name, content)).text).toContain(found);
  });

  it('a Word document nested without end is read or refused', async () => {
    const depth = 20_000;
    const nested = makeDocx(
      `${'<w:tbl><w:tr><w:tc>'.repeat(depth)}<w:p><w:r><w:t>deep</w:t></w:r></w:p>${'</w:tc></w:tr></w:tbl>'.repeat(depth)}`,
    );
    const outcome = await parse('deep.docx', nested).then(
      ({ text }) => text,
      (error: { code: string }) => error.code,
    );
    expect(['deep', 'CORRUPT_DOCUMENT']).toContain(outcome);
  });
});
