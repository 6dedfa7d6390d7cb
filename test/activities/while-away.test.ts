import { whileAway } from '../../activities/while-away';

const away = Object.assign(new Error('terminating connection due to administrator command'), { code: '57P01' });
const never = new AbortController().signal;

test('does it again while the database is away, and says so', async () => {
  const calls: boolean[] = [];
  const result = await whileAway(async (isAgain) => {
    calls.push(isAgain);
    if (calls.length < 3) throw away;
    return 'stored';
  }, never);
  expect([result, calls]).toEqual(['stored', [false, true, true]]);
});

test('an error that does not pass ends it at once', async () => {
  const error = Object.assign(new Error('null value'), { code: '23502' });
  await expect(whileAway(() => Promise.reject(error), never)).rejects.toBe(error);
});

test('an abort ends it, with what the database said', async () => {
  const shutdown = new AbortController();
  const work = () => {
    shutdown.abort();
    return Promise.reject(away);
  };
  await expect(whileAway(work, shutdown.signal)).rejects.toBe(away);
});
