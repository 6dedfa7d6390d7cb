import { FORMAT_NAMES, PARSER_VERSIONS } from '../../src/parsing/formats';
import { fileEnding, isReadableFormat } from '../../src/parsing/file-ending';
import { readParserModules } from '../../src/parsing/parser-modules';
import { MISBEHAVING } from './paths';

it.each([
  ['docs/a.MD', '.md', true],
  ['a.b/README', '', true],
  ["Dr. Smith's notes", '', true],
  ['trailing.', '', true],
  ['Makefile', '', true],
  ['a.tar.gz', '.gz', false],
  ['.gitignore', '.gitignore', false],
  ['.env', '.env', false],
  ['logo.png', '.png', false],
  ['main.py', '.py', false],
  ['table.xlsx', '.xlsx', false],
  ['a.jsonl', '.jsonl', true],
  ['a.xhtml', '.xhtml', true],
])('%s ends in %j; read: %s', (uri, ending, readable) => {
  expect(fileEnding(uri)).toBe(ending);
  expect(isReadableFormat(uri)).toBe(readable);
});

it("endings of the user's parsers are read too", () => {
  const endings = readParserModules([MISBEHAVING]).flatMap((parser) => parser.endings);
  expect(isReadableFormat('x.bad')).toBe(false);
  expect(isReadableFormat('x.bad', endings)).toBe(true);
});

it('each format has a version', () => {
  expect(PARSER_VERSIONS).toHaveLength(FORMAT_NAMES.length);
  for (const version of PARSER_VERSIONS) expect(version).toMatch(/^[a-z]+@[1-9]\d*$/);
});
