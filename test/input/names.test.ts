import { checkCollectionName, checkJobId } from '../../src/input/names';
import { findSimilar } from '../../src/input/suggestion';

test.each(['a', 'handbook', '0-day_notes', 'a'.repeat(63)])('%s names a collection', (name) =>
  expect(() => checkCollectionName(name)).not.toThrow(),
);

test.each(['', 'A', '-a', '_a', 'a b', 'ä', 'a\n', 'a'.repeat(64)])('%j does not name a collection', (name) => {
  expect(() => checkCollectionName(name)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
});

test.each(['a', 'ingest-2026.01:x_Y', 'a'.repeat(200)])('%s is a job id', (jobId) => expect(() => checkJobId(jobId)).not.toThrow());

test.each(['', 'a b', 'a/b', 'a\n', 'ä', 'a'.repeat(201)])('%j is no job id', (jobId) => {
  expect(() => checkJobId(jobId)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
});

test.each([
  ['colection', 'collection'],
  ['statsu', 'status'],
  ['EMBEDING', 'EMBEDDING'],
  ['frobnicate', undefined],
])('%s is near to %s', (name, expected) => {
  expect(findSimilar(name, ['collection', 'status', 'source', 'EMBEDDING'])).toBe(expected);
});
