import { readText, tableRows } from './repository';

const rows = tableRows(readText('README.md')).flatMap(([promise = '', test = '']) => {
  const [, file, name] = /^\[[^\]]+\]\((test\/[^)]+)\): "(.*)"$/.exec(test) ?? [];
  return file === undefined || name === undefined ? [] : [[promise, file, name] as const];
});

test('the README makes promises', () => {
  expect(rows.length).toBeGreaterThan(8);
});

test.each(rows)('the test of the promise exists: %s', (_promise, file, name) => {
  expect(readText(file).replaceAll("\\'", "'")).toContain(name);
});
