import { toSluiceError } from '../../src/service/server-error';
import { SluiceError } from '../../src/domain/errors';

test('an error of ours stays as it is, one from elsewhere keeps its cause', () => {
  const ours = new SluiceError('JOB_NOT_FOUND', 'There is no job j.');
  expect(toSluiceError(ours)).toBe(ours);
  const theirs = new Error('odd');
  expect(toSluiceError(theirs)).toMatchObject({ code: 'INTERNAL', message: 'odd', cause: theirs });
  expect(toSluiceError('text')).toMatchObject({ code: 'INTERNAL', message: 'text' });
});

test('a database without tables tells to migrate', () => {
  expect(toSluiceError(Object.assign(new Error('no'), { code: '42P01' }))).toMatchObject({
    code: 'INVALID_INPUT',
    hint: expect.stringContaining('sluice migrate'),
  });
});

test.each([
  Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }),
  new AggregateError([Object.assign(new Error('connect'), { code: 'ECONNREFUSED' })]),
  Object.assign(new Error('shutting down'), { code: '57P01' }),
  new Error('Connection terminated due to connection timeout'),
  new Error('timeout exceeded when trying to connect'),
])('a database that is away is SERVER_UNREACHABLE: %s', (error) => {
  expect(toSluiceError(error)).toMatchObject({ code: 'SERVER_UNREACHABLE' });
});
