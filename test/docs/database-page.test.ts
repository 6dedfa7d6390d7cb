import { filesUnder, readText, tableRows } from './repository';

const migrations = filesUnder('src/db/migrations').map(readText).join('\n');
const page = readText('docs/database.md');

test('the page has a row for each table that the migrations make, and for no other', () => {
  const made = namesOf(/create (?:unlogged )?table sluice\.(\w+)/g, migrations);
  const described = tableRows(page).flatMap(([first = '']) => namesOf(/^`(\w+)`$/g, first));
  expect(made.length).toBeGreaterThan(10);
  expect(described.sort()).toEqual(made.sort());
});

test.each(['view', 'type', 'function'])('the page names each %s', (kind) => {
  const made = namesOf(new RegExp(`create ${kind} sluice\\.(\\w+)`, 'g'), migrations);
  expect(made).not.toEqual([]);
  expect(made.filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
});

function namesOf(pattern: RegExp, text: string): string[] {
  return [...text.matchAll(pattern)].map(([, name = '']) => name);
}
