import { readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { fileToken } from '../../src/parsing/file-token';
import type { ContainerRecord } from '../../src/parsing/parser-pool';
import { NEVER, useParsing } from './harness';

const bench = useParsing({ children: 2 });
const another = useParsing();

const JSON_LINES = [
  '\uFEFF{"id": "a", "text": "first", "title": "A title", "year": 1999, "tags": ["x"], "draft": false}',
  '',
  '{"id": "b", "text": "cut in the mid',
  '["no", "object"]',
  '{"id": "a", "text": "the same id again"}',
  '{"text": "no id, ünïcödé"}',
  '   ',
  '{"id": 7, "content": "an id that is the number of a line"}',
  '{"id": "x", "note": "no text"}',
  '{"id": "__proto__", "body": "odd \\ud800 \\u0000 end"}',
].join('\r\n');

const isContainer = (name: string, content: string): Promise<boolean> =>
  bench.pool.isContainer(name, { path: bench.write(name, content) }, NEVER);

async function list(file: string, uri: string, limit: number): Promise<{ records: ContainerRecord[]; starts: number[] }> {
  const records: ContainerRecord[] = [];
  const starts: number[] = [];
  for (let from: number | undefined = 0; from !== undefined;) {
    starts.push(from);
    const page = await bench.pool.listRecords(uri, { path: file }, from, limit, NEVER);
    expect(page.records.length).toBeLessThanOrEqual(limit);
    records.push(...page.records);
    from = page.next;
  }
  return { records, starts };
}

describe('what is a container', () => {
  it.each([
    ['a.jsonl', JSON_LINES, true],
    ['a.ndjson', '{"text": "one"}', true],
    ['a.jsonl', 'broken\n{"text": "one"}\n', true],
    ['a.jsonl', 'just\ntext\n', false],
    ['a.jsonl', '', false],
    ['a.jsonl', '[{"text": "an array after all"}]', true],
    ['a.json', '[{"id": 1, "body": "one"}]', true],
    ['a.json', ' \n [ ]', false],
    ['a.json', '[{"id": 1, "n": 2}]', false],
    ['a.json', '[1, 2]', false],
    ['a.json', '{"text": "one document"}', false],
    ['a.json', '{\n"text": "one document"\n}', false],
    ['a.json', '{"text": "lines"}\n{"text": "under another name"}\n', true],
    ['a.txt', '{"text": "a"}\n{"text": "b"}\n', false],
    ['a.md', '[{"text": "a"}]', false],
  ])('%s %j: %s', async (name, content, expected) => {
    expect(await isContainer(name, content)).toBe(expected);
  });
});

describe.each([1, 3, 100])('listing %i records a page', (limit) => {
  it('finds every line of JSONL, the broken ones by number', async () => {
    const file = bench.write('a.jsonl', JSON_LINES);
    const { records } = await list(file, 'a.jsonl', limit);
    expect(records.map(({ id }) => id)).toEqual(['a', '3', '4', 'a~5', '6', '7', '9', '__proto__']);
    const failures = records.flatMap((record) => ('failure' in record ? [record.failure.message] : []));
    expect(failures).toEqual([expect.stringMatching(/^Line 3 is not valid JSON/), 'Line 4 is not an object.', 'Line 9 has no text field.']);
  });

  it('finds every element of an array, whatever is inside', async () => {
    const elements = [
      '{"id":"a","text":"brackets ]}, \\"quotes\\" and \\\\"}',
      '3',
      '{"text":"{"}',
      '"string, with comma"',
      '[{"text":"nested"}]',
      '{"_id":"z","text":"last"}',
    ];
    const file = bench.write('a.json', `\uFEFF[\n${elements.join(' ,\n')}\n]\n`);
    const { records } = await list(file, 'a.json', limit);
    expect(records.map(({ id }) => id)).toEqual(['a', '1', '2', '3', '4', 'z']);
    const bytes = readFileSync(file);
    const found = records.flatMap((record) => ('range' in record ? [bytes.toString('utf8', record.range.start, record.range.end)] : []));
    expect(found).toEqual([elements[0], elements[2], elements[5]]);
  });
});

it('reports an array that is cut', async () => {
  const file = bench.write('a.json', '[{"text":"one"},{"text":"tw');
  const { records } = await list(file, 'a.json', 10);
  expect(records).toEqual([
    { id: '0', range: { start: 1, end: 15 } },
    { id: '1', failure: { code: 'INVALID_RECORD', message: expect.stringContaining('the file ends before it does') } },
  ]);
});

it('a page is the same from a process that has not seen the pages before', async () => {
  const lines = Array.from({ length: 500 }, (_, index) =>
    JSON.stringify({ id: `r${index % 50}`, text: `Record ${index}`, pad: 'x'.repeat(index) }),
  );
  const file = bench.write('many.jsonl', lines.join('\n'));
  const { records, starts } = await list(file, 'many.jsonl', 60);
  expect(new Set(records.map(({ id }) => id)).size).toBe(500);
  const other = another.pool;
  for (const [index, start] of starts.entries()) {
    const page = await other.listRecords('many.jsonl', { path: file }, start, 60, NEVER);
    expect(page.records).toEqual(records.slice(index * 60, index * 60 + 60));
    expect(page.next).toBe(starts[index + 1]);
  }
  // Backwards: nothing of the later pages is remembered by the earlier ones.
  for (const [index, start] of [...starts.entries()].reverse()) {
    expect((await other.listRecords('many.jsonl', { path: file }, start, 60, NEVER)).records).toEqual(
      records.slice(index * 60, index * 60 + 60),
    );
  }
});

it('a record longer than a block is found, one without end is passed over', async () => {
  const long = JSON.stringify({ id: 'long', text: 'x'.repeat(700_000) });
  const endless = `{"id": "endless", "text": "${'y'.repeat(33 * 2 ** 20)}"}`;
  const file = bench.write('long.jsonl', [long, endless, '{"id": "after", "text": "z"}'].join('\n'));
  const { records } = await list(file, 'long.jsonl', 10);
  expect(records.map(({ id }) => id)).toEqual(['long', '2', 'after']);
  expect(records[0]).toEqual({ id: 'long', range: { start: 0, end: long.length } });
  expect(records[1]).toMatchObject({ failure: { code: 'INVALID_RECORD' } });
});

describe('a record', () => {
  const parseRecord = async (index: number): Promise<unknown> => {
    const file = bench.write('a.jsonl', JSON_LINES);
    const { records } = await list(file, 'a.jsonl', 100);
    const record = records[index];
    if (record === undefined || !('range' in record)) throw new Error('no record');
    const result = await bench.pool.parse({ content: { path: file, range: record.range }, uri: `a.jsonl#${record.id}` }, NEVER);
    return result.kind === 'parsed' ? { ...result.document, parserVersion: result.parserVersion } : result;
  };

  it('is its text field, with title and metadata', async () => {
    expect(await parseRecord(0)).toEqual({
      text: 'first',
      title: 'A title',
      structure: { headings: [{ level: 1, title: 'A title', start: 0, end: 0 }], tables: [] },
      metadata: { id: 'a', year: 1999, draft: false },
      warnings: [],
      parserVersion: 'record@1',
    });
    expect(await parseRecord(4)).toMatchObject({ text: 'no id, ünïcödé', title: null });
    expect(await parseRecord(7)).toMatchObject({ text: 'odd \uFFFD  end' });
  });

  it('that is gone since it was listed is a failure', async () => {
    const file = bench.write('a.jsonl', '{"text":"one"}\n');
    await expect(
      bench.pool.parse({ content: { path: file, range: { start: 0, end: 99 } }, uri: 'a.jsonl#1' }, NEVER),
    ).rejects.toMatchObject({ code: 'READ_ERROR' });
    await expect(bench.pool.parse({ content: { path: file, range: { start: 2, end: 9 } }, uri: 'a.jsonl#1' }, NEVER)).rejects.toMatchObject(
      { code: 'INVALID_RECORD' },
    );
  });

  it('whose file was written again since it was listed is a failure: the range may hold another record', async () => {
    const file = bench.write('a.jsonl', '{"text":"one"}\n{"text":"two"}\n');
    const content = { path: file, range: { start: 0, end: 14 }, fileToken: fileToken(statSync(file, { bigint: true })) };
    await expect(bench.pool.parse({ content, uri: 'a.jsonl#1' }, NEVER)).resolves.toMatchObject({ document: { text: 'one' } });
    writeFileSync(file, '{"text":"two"}\n{"text":"one"}\n');
    utimesSync(file, 1, 1);
    await expect(bench.pool.parse({ content, uri: 'a.jsonl#1' }, NEVER)).rejects.toMatchObject({ code: 'READ_ERROR' });
  });
});
