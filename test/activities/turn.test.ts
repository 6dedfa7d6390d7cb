import { MockActivityEnvironment } from '@temporalio/testing';
import { takeTurn } from '../../activities/turn';

/** What a batch of this priority gets done of twenty pieces of half a second each. */
async function turnOf(priorityKey?: number, signal = new AbortController().signal): Promise<{ isDone: boolean; done: number[] }> {
  let nowMs = 0;
  jest.spyOn(performance, 'now').mockImplementation(() => nowMs);
  const done: number[] = [];
  const isDone: boolean = await new MockActivityEnvironment({ priority: { priorityKey } }).run((): Promise<boolean> =>
    takeTurn(Array.from({ length: 20 }, (_, index) => index), signal, async (piece) => {
      nowMs += 500;
      done.push(piece);
    }),
  );
  return { isDone, done };
}

afterEach(() => jest.restoreAllMocks());

test.each([[5, 1], [4, 2], [1, 16], [undefined, 1]])('the turn of a batch of priority %s is over after %d pieces of half a second', async (priority, pieces) => {
  const { isDone, done } = await turnOf(priority);
  expect(isDone).toBe(false);
  expect(done).toEqual(Array.from({ length: pieces }, (_, index) => index));
});

test('a batch that is through before that is done; one piece is always worked at', async () => {
  const work = jest.fn(() => Promise.resolve());
  const run = (pieces: number[]) => new MockActivityEnvironment().run(() => takeTurn(pieces, new AbortController().signal, work));
  expect(await run([])).toBe(true);
  let nowMs = 0;
  jest.spyOn(performance, 'now').mockImplementation(() => (nowMs += 60_000));
  expect(await run([1])).toBe(true);
  expect(await run([1, 2])).toBe(false);
  expect(work).toHaveBeenCalledTimes(2);
});

test('a pause ends it between two pieces', async () => {
  const reason = new Error('paused');
  await expect(turnOf(1, AbortSignal.abort(reason))).rejects.toBe(reason);
});
