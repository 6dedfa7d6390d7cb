import { createCurrentParserCheck } from '../../src/parsing/current-parser';

const notes = { format: 'notes', version: 2, endings: ['.md', '.note'], parse: () => Promise.reject(new Error('not called')) };

test.each([
  ['a.md', 'markdown@1', true],
  ['a.md', 'markdown@0', false],
  ['a.pdf', 'pdf@1', true],
])('without parsers of the user, %s by %s: %s', (uri, version, expected) => {
  expect(createCurrentParserCheck([])(uri, { path: '/docs' }, version)).toBe(expected);
});

test.each([
  ['a.md', 'markdown@1', false],
  ['a.md', 'notes@2', true],
  ['a.md', 'notes@1', false],
  ['a.note', 'notes@2', true],
  ['a.txt', 'text@1', true],
])('with a parser of the user for .md and .note, %s by %s: %s', (uri, version, expected) => {
  expect(createCurrentParserCheck([notes])(uri, { path: '/docs' }, version)).toBe(expected);
});

test('a record is not read by the parser that its id looks like', () => {
  expect(createCurrentParserCheck([notes])('a.jsonl#1.md', { path: '/docs', range: { start: 0, end: 9 } }, 'record@1')).toBe(true);
});
