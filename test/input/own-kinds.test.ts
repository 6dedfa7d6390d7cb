import { SluiceError } from '../../src/domain/errors';
import type { SourceFields } from '../../src/domain/ingestion-input';
import { parseIngestionInput } from '../../src/input/ingestion-input';
import { ownKindsOf } from '../../src/input/own-kinds';

const fields: SourceFields = {
  file: (value) => (typeof value === 'string' && value !== '' ? undefined : 'must be the path of a file'),
  since: (value) => ((value as string | undefined)?.startsWith('20') === false ? 'must be a year from 2000 on' : undefined),
};
const reader = { kind: 'notes', fields, locator: jest.fn(), check: jest.fn(), discover: jest.fn() };
const own = ownKindsOf([reader], [{ provider: 'house' }]);

function problemsWith(source: unknown, options?: unknown): string[] {
  try {
    parseIngestionInput({ collection: 'a', source, options }, own);
    return [];
  } catch (error) {
    expect(error).toMatchObject({ code: 'INVALID_INPUT' });
    return (error as Error).message.split('\n');
  }
}

test('a source of an own kind passes as it came', () => {
  const input = { collection: 'a', source: { kind: 'notes', file: '/n.txt' }, options: { embedding: { provider: 'house' } } };
  expect(parseIngestionInput(input, own)).toEqual(input);
  expect(() => parseIngestionInput(input)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }) as Error);
});

test.each([
  [{ kind: 'notes' }, ['source.file is missing.']],
  [{ kind: 'notes', file: '' }, ['source.file must be the path of a file.']],
  [{ kind: 'notes', file: 7, fil: 'x' }, ['source.fil is not known: did you mean file?', 'source.file must be the path of a file; it is 7.']],
  // The check throws for what it does not expect.
  [{ kind: 'notes', file: 'n', since: 7 }, [expect.stringMatching(/^source\.since can't be checked: .*startsWith is not a function; it is 7\.$/)]],
  [{ kind: 'notes', file: 'https://me:hunter2@example.org/' }, [expect.stringContaining('must not hold a user name or password')]],
  [{ kind: 'note', file: 'n' }, ['source.kind must be a kind of source that there is: folder, notes.']],
  [{ kind: 'folder', path: '/d', file: 'n' }, ['source.file is not known: known are kind, path, include, exclude.']],
  [{ kind: '__proto__', file: 'n' }, ['source.kind must be a kind of source that there is: folder, notes.']],
])('%j is refused by name', (source, problems) => {
  expect(problemsWith(source)).toEqual(problems);
});

test('an unknown provider is refused with those that there are', () => {
  expect(problemsWith({ kind: 'notes', file: 'n' }, { embedding: { provider: 'hous' } })).toEqual(['options.embedding.provider must be static, openai or house.']);
});

test.each([
  [{ ...reader, kind: 'My Notes' }, 'The kind of a source must be'],
  [{ kind: 'notes' }, 'The source "notes" lacks fields, an object with a function for each field, locator, check, discover.'],
  [{ ...reader, fields: { file: 'string' } }, 'The source "notes" lacks fields'],
])('what is no source is refused: %j', (source, message) => {
  expect(() => ownKindsOf([source as never], [])).toThrow(SluiceError);
  expect(() => ownKindsOf([source as never], [])).toThrow(message);
});
