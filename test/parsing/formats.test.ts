import { collapsed, headingPath, useParsing } from './harness';
import { makeDocx } from './make-zip';
import { makePdf, type PdfTextLine } from './make-pdf';

const { parse, parseFixture } = useParsing();

describe('HTML', () => {
  it('of PostgreSQL has its headings and none of the links around', async () => {
    const document = await parseFixture('transaction-iso.html');
    const sentence = 'Read Committed is the default isolation level in PostgreSQL.';
    expect(headingPath(document, sentence)).toEqual(['13.2. Transaction Isolation', '13.2.1. Read Committed Isolation Level']);
    expect(document.text).not.toMatch(/\bPrev\b|\bHome\b|Explicit Locking\s*\|?\s*$/);
    expect(document.text.startsWith('## 13.2. Transaction Isolation')).toBe(true);
    for (const { start, end, title } of document.structure.headings)
      expect(document.text.slice(start, end).replace(/^#+ /, '')).toBe(title);
    const [table] = document.structure.tables;
    expect(table?.header).toBe('| Isolation Level | Dirty Read | Nonrepeatable Read | Phantom Read | Serialization Anomaly |');
    expect(document.text.slice(table?.start, table?.end)).toContain('| Read committed | Not possible | Possible | Possible | Possible |');
  });

  it('of a site does not repeat its sidebar', async () => {
    const document = await parseFixture('ownership.html');
    expect(headingPath(document, 'Ownership is the breakout feature of Rust.')).toEqual(['Ownership and Lifetimes']);
    expect(document.text).not.toContain('Send and Sync');
    expect(document.title).toBe('Ownership - The Rustonomicon');
  });

  it('leaves out what nobody sees', async () => {
    const { text, title } = await parse(
      'hidden.html',
      `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Visible title</title><style>p::before{content:"STYLE TEXT"}</style>
<script>document.write("SCRIPT TEXT")</script><script type="application/ld+json">{"text":"JSON-LD TEXT"}</script></head>
<body><nav><a href="/">NAV TEXT</a></nav><!-- COMMENT TEXT --><p>The visible paragraph.</p><p style="display:none">INLINE HIDDEN TEXT</p>
<p hidden>ATTRIBUTE HIDDEN TEXT</p><p aria-hidden="true">ARIA HIDDEN TEXT</p><template>TEMPLATE TEXT</template>
<iframe srcdoc="IFRAME TEXT"></iframe><p>AT&amp;T &#x1F600; &#0; &#xD800; &#xFEFF;end.</p></body></html>`,
    );
    expect(text).toBe('The visible paragraph.\n\nAT&T 😀 \uFFFD \uFFFD end.');
    expect(title).toBe('Visible title');
  });

  it('writes lists, code, quotes, tables, definitions and line breaks', async () => {
    const { text } = await parse(
      'blocks.html',
      `<body><h1>T<a class="headerlink" href="#t">¶</a></h1><p>One <b>bold</b><i>italic</i> <code>code</code><br>next line</p>
<ul><li>a<ul><li>b</li></ul></li><li><p>c</p><p>d</p></li></ul><ol start="3"><li>x<li>y</ol><pre>
  if (a) {
    b
  }
</pre><blockquote><p>q</p></blockquote><table><tr><th>k<th>v<tr><td>1<td>2</table><dl><dt>term<dd>meaning</dl></body>`,
    );
    expect(text).toBe(
      '# T\n\nOne bolditalic code\nnext line\n\n- a\n  - b\n- c\n  d\n\n3. x\n4. y\n\n```\n  if (a) {\n    b\n  }\n```\n\n> q\n\n| k | v |\n| --- | --- |\n| 1 | 2 |\n\nterm\nmeaning',
    );
  });

  it('keeps a page whose whole content looks like navigation', async () => {
    const { text } = await parse(
      'index.html',
      '<body><div class="menu"><a href="a">Chapter one</a> <a href="b">Chapter two</a></div></body>',
    );
    expect(text).toContain('Chapter two');
  });

  it('reads tag soup up to a script that is never closed', async () => {
    const { text } = await parse(
      'soup.html',
      '<p>One<p>Two<b>bold<i>both</b>italic</i><table><tr><td>cell<td>cell two</table>after<li>item<script>if (a</b) { "never closed',
    );
    expect(collapsed(text)).toMatch(/One Two ?bold.*cell.*cell two.*after.*item/);
    expect(text).not.toContain('never closed');
  });

  it('is read in the charset that it declares', async () => {
    const bytes = Buffer.concat([
      Buffer.from('<html><head><meta charset="windows-1251"></head><body><p>'),
      Buffer.from([0xcf, 0xf0, 0xe8]),
      Buffer.from('</p></body></html>'),
    ]);
    expect((await parse('cyrillic.html', bytes)).text).toBe('При');
  });
});

describe('Word documents', () => {
  it('have headings and lists', async () => {
    const document = await parseFixture('category-level.docx');
    expect(headingPath(document, 'it requires a strong moral principle to prevent me from deliberately stepping into the street')).toEqual([
      'A Heading 1',
    ]);
  });

  it('keep their footnotes', async () => {
    expect((await parseFixture('footnotes.docx')).text).toBe('Eto ochen prostoy[1] text so snoskoy\n\n1. snoska');
  });

  it('have the title of their properties', async () => {
    const bytes = makeDocx('<w:p><w:r><w:t>Text.</w:t></w:r></w:p>', [
      { name: 'docProps/core.xml', content: '<cp:coreProperties xmlns:dc="d"><dc:title> The  title </dc:title></cp:coreProperties>' },
    ]);
    expect(await parse('titled.docx', bytes)).toMatchObject({ title: 'The title', text: 'Text.' });
  });
});

describe('PDF', () => {
  const lines = (x: number, texts: readonly string[]): PdfTextLine[] => texts.map((text, index) => ({ x, y: 700 - index * 12, text }));

  it('has bookmarks as headings, on their lines', async () => {
    const pages = [
      [{ x: 72, y: 720, text: '1. Zebras', size: 16 }, ...lines(72, ['Zebras have stripes.', 'They live in herds.'])],
      [{ x: 72, y: 720, text: '2. Lions', size: 16 }, ...lines(72, ['Lions have manes.'])],
    ];
    const document = await parse(
      'marked.pdf',
      makePdf(pages, [
        { title: 'Zebras', page: 0, y: 730 },
        { title: 'Lions', page: 1, y: 730 },
        { title: 'Not there', page: 1, y: 710 },
      ]),
    );
    expect(headingPath(document, 'They live')).toEqual(['Zebras']);
    const found = document.structure.headings.map(({ title, start, end }) => [title, document.text.slice(start, end)]);
    expect(found).toEqual([
      ['Zebras', '1. Zebras'],
      ['Lions', '2. Lions'],
      ['Not there', ''],
    ]);
  });

  it('without bookmarks has large lines as headings', async () => {
    const body = Array.from({ length: 30 }, (_, index) => `This is line ${index} of a text in small letters.`);
    const document = await parse('large.pdf', makePdf([[{ x: 72, y: 730, text: 'A large title', size: 18 }, ...lines(72, body)]]));
    expect(headingPath(document, 'line 7')).toEqual(['A large title']);
  });

  it('reads columns one after the other, and joins words broken over lines', async () => {
    const document = await parse(
      'columns.pdf',
      makePdf([
        [
          ...lines(72, ['The left column depen-', 'dencies are listed', 'on the left.']),
          ...lines(320, ['The right column', 'is read later.']),
        ],
      ]),
    );
    expect(collapsed(document.text)).toBe('The left column dependencies are listed on the left. The right column is read later.');
  });

  it('has no running heads and page numbers', async () => {
    const pages = Array.from({ length: 6 }, (_, index) => [
      { x: 72, y: 760, text: 'The Handbook' },
      ...lines(72, [`Page ${index} tells about ${['ants', 'bees', 'cats', 'dogs', 'eels', 'foxes'][index]}.`, 'And so on.']),
      { x: 300, y: 30, text: String(index + 1) },
    ]);
    const { text } = await parse('heads.pdf', makePdf(pages));
    expect(text).not.toContain('Handbook');
    expect(text).not.toMatch(/^\d+$/m);
    expect(text).toContain('Page 4 tells about eels.');
    expect(text.match(/And so on\./g)).toHaveLength(6);
  });

  it('without text says that it needs recognition', async () => {
    await expect(parse('scan.pdf', makePdf([[], []]))).rejects.toMatchObject({ code: 'NO_TEXT_LAYER' });
  });

  it('that an owner protected reads as usual, one with a password does not', async () => {
    expect((await parseFixture('owner-password-only.pdf')).text).toContain('This is a page about France');
    await expect(parseFixture('encrypted.pdf')).rejects.toMatchObject({ code: 'ENCRYPTED_DOCUMENT' });
  });

  it('has the places of its outline', async () => {
    const document = await parseFixture('testPDF_bookmarks.pdf');
    expect(document.structure.headings.map(({ level, title }) => `${level} ${title}`)).toEqual([
      '1 Countries',
      '2 France',
      '2 Denmark bookmark is here',
    ]);
    expect(headingPath(document, 'This is a page about Denmark')).toEqual(['Countries', 'Denmark bookmark is here']);
  });
});

describe('tables', () => {
  it.each([
    ['a.csv', 'id,name,n\n1,"Smith, J",2\n2,"say ""hi""",3\n', 'id,name,n', 3],
    ['a.csv', 'id;name;n\n1;x, y;2\n2;z;3\n', 'id;name;n', 3],
    ['a.tsv', 'id\tname\n1\tx\n', 'id\tname', 2],
    ['a.csv', 'sep=|\nid|name\n1|x\n', 'id|name', 2],
    ['a.csv', '\uFEFFid,text,text,,id\n1,a,b,c,2\n__proto__,d,e,f,3\n', 'id,text,text,,id', 3],
    ['a.csv', '0000;<control>;Cc;0\n0001;<control>;Cc;0\n', undefined, 2],
  ])('%s %j', async (name, csv, header, rows) => {
    const { text, structure } = await parse(name, csv);
    expect(text.split('\n')).toHaveLength(rows);
    expect(structure.tables).toEqual(header === undefined ? [] : [{ start: 0, end: text.length, header }]);
  });

  it('keep the rows after a quote that is never closed, and say so', async () => {
    const csv = 'id,name,note\n1,x,"open and never closed\n2,y,z\n3,"line\nbreak",ok\n5,too,many,fields\n6,few\n7,"trailing" x,bad\n';
    const { text, warnings } = await parse('broken.csv', csv);
    for (const piece of ['open and never closed', '2,y,z', 'break', 'too,many,fields', '6,few', 'trailing']) expect(text).toContain(piece);
    expect(warnings.join(' ')).toMatch(/quotes are not closed.*rows do not have 3 cells/);
  });

  it('without rows have no text, and say so', async () => {
    expect(await parse('header.csv', 'id,name,text\n')).toMatchObject({ text: '', warnings: ['The table has a header and no rows.'] });
  });
});

describe('JSON', () => {
  it('is its leaves with their keys, and outer keys are headings', async () => {
    const document = await parse(
      'a.json',
      '{"3166-1": [{"name": "Aruba", "flag": "🇦🇼"}, {"name": "B", "tags": ["x", null]}], "n": {"m": 1.50}}',
    );
    expect(document.text).toBe('3166-1:\n  - name: Aruba\n    flag: 🇦🇼\n  - name: B\n    tags:\n      - x\n      - null\nn:\n  m: 1.50');
    expect(headingPath(document, 'm: 1.50')).toEqual(['n']);
    expect(document.structure.headings.map(({ start, end }) => document.text.slice(start, end))).toContain('3166-1:');
  });

  it('keeps odd numbers and repeated keys, and pollutes nothing', async () => {
    const { text } = await parse(
      'odd.json',
      '{"big": 123456789012345678901234567890, "exp": 1e999, "dup": 1, "dup": 2, "__proto__": {"polluted": true}}',
    );
    expect(text).toBe('big: 123456789012345678901234567890\nexp: 1e999\ndup: 1\ndup: 2\n__proto__:\n  polluted: true');
  });

  it('has no lone surrogates and NULs', async () => {
    expect((await parse('a.json', '{"a\\ud800": "high \\ud83d alone, \\u0000, pair \\ud83d\\ude00"}')).text).toBe(
      'a\uFFFD: high \uFFFD alone, , pair 😀',
    );
  });

  it('that is none says where', async () => {
    await expect(parse('a.json', '{"a": ')).rejects.toMatchObject({
      code: 'CORRUPT_DOCUMENT',
      message: expect.stringContaining('not valid JSON'),
    });
  });
});
