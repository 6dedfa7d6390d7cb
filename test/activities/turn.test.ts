import { MockActivityEnvironment } from '@temporalio/testing';
import { beginTurn } from '../../activities/turn';

/** ms, of a batch of this priority. */
async function turnOf(priorityKey: number | undefined): Promise<number> {
  let nowMs = 0;
  jest.spyOn(performance, 'now').mockImplementation(() => nowMs);
  const environment = new MockActivityEnvironment({ priority: { priorityKey } });
  return environment.run(async () => {
    const isTurnOver = beginTurn();
    while (!isTurnOver()) nowMs += 500;
    return nowMs;
  });
}

afterEach(() => jest.restoreAllMocks());

test.each([[5, 500], [4, 1_000], [1, 8_000], [undefined, 500]])('the turn of a batch of priority %s is over after %d ms', async (priority, ms) => {
  expect(await turnOf(priority)).toBe(ms);
});
