import { createStyle, wantsColour } from '../../src/cli/terminal/style';
import { tableLines } from '../../src/cli/terminal/table';
import { cut, harmless, padEnd, widthOf } from '../../src/cli/terminal/text-width';
import { duration, rate } from '../../src/cli/terminal/words';
import { wrapped } from '../../src/cli/terminal/wrapped';

test.each([
  ['abc', 3],
  ['漢字', 4],
  ['cafe\u0301', 4],
  ['👨‍👩‍👧‍👦!', 3],
  ['🇩🇪', 2],
  ['\x1b[31mred\x1b[39m', 3],
  ['█▌░', 3],
  ['', 0],
])('%j is %i columns wide', (text, width) => {
  expect(widthOf(text)).toBe(width);
});

test('text is cut and filled by columns', () => {
  expect([cut('abcdef', 4), cut('abcd', 4), cut('漢字漢字', 4), cut('abc', 0), padEnd('漢', 4)]).toEqual([
    'abc…',
    'abcd',
    '漢…',
    '',
    '漢  ',
  ]);
});

test('names from files can do nothing to the terminal', () => {
  expect(harmless('a\x1b[2Jb\nc\u202egpj.txt')).toBe('a\\u001b[2Jb\\nc\\u202egpj.txt');
});

test.each([
  [{ isTTY: true }, {}, true],
  [{ isTTY: false }, {}, false],
  [{ isTTY: true }, { NO_COLOR: '1' }, false],
  [{ isTTY: true }, { NO_COLOR: '' }, true],
  [{ isTTY: true }, { TERM: 'dumb' }, false],
])('%j with %j: colours %s', (stream, env, expected) => expect(wantsColour(stream, env)).toBe(expected));

test('columns are aligned, and the last is as long as it is', () => {
  const rows = [
    { name: 'a', size: 5, note: 'x' },
    { name: '漢字', size: 12_345, note: 'much longer than its title' },
  ];
  expect(
    tableLines(
      rows,
      [
        { title: 'N', cell: (row) => row.name },
        { title: 'SIZE', cell: (row) => String(row.size), align: 'right' },
        { title: 'NOTE', cell: (row) => row.note },
      ],
      createStyle(false),
    ),
  ).toEqual(['N      SIZE  NOTE', 'a         5  x', '漢字  12345  much longer than its title']);
});

test.each([
  [0, '0.0 s'],
  [9_940, '9.9 s'],
  [9_990, '10 s'],
  [59_600, '1 min'],
  [200_000, '3 min 20 s'],
  [7_500_000, '2 h 5 min'],
  [86_400_000, '1 d'],
  [100_000_000, '1 d 3 h'],
  [-5, '0.0 s'],
])('%i ms is %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});

test.each([
  [12.4, '12/s'],
  [1_234, '1,234/s'],
  [0.5, '0.5/s'],
  [0.05, '3.0/min'],
])('%d a second is %s', (perSecond, text) => expect(rate(perSecond)).toBe(text));

test('text is wrapped at spaces, and a long word is not broken', () => {
  expect(wrapped('one two three extraordinarily', 8)).toEqual(['one two', 'three', 'extraordinarily']);
});
