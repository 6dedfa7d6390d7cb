import timers from 'node:timers/promises';
import { MockActivityEnvironment } from '@temporalio/testing';
import { Turns } from '../../activities/turns';

const NEVER = new AbortController().signal;

let nowMs = 0;
let hasRoom = false;
let turns: Turns;
/** What happens while a turn waits, by the moment. */
let meanwhile: (atMs: number) => unknown;

beforeEach(() => {
  nowMs = 0;
  meanwhile = () => undefined;
  hasRoom = false;
  turns = new Turns({ hasRoom: () => hasRoom });
  jest.spyOn(performance, 'now').mockImplementation(() => nowMs);
  jest.spyOn(timers, 'setTimeout').mockImplementation(async (ms) => {
    nowMs += ms!;
    await meanwhile(nowMs);
    return undefined as never;
  });
});

afterEach(() => jest.restoreAllMocks());

/** An activity of a job of this priority. */
function activityOf(jobId: string, priorityKey?: number): MockActivityEnvironment {
  return new MockActivityEnvironment({ activityType: 'loadBatch', workflowExecution: { workflowId: jobId, runId: 'run' }, priority: { priorityKey } });
}

/** What a large job's batch, or one of this priority, gets done of twenty pieces of half a second, or this long, each. */
async function turnOf(priorityKey: number | undefined = 5, { signal = NEVER, pieceMs = 500, jobId = 'large' } = {}): Promise<{ isDone: boolean; done: number[] }> {
  const done: number[] = [];
  const isDone = await activityOf(jobId, priorityKey).run((): Promise<boolean> =>
    turns.take(Array.from({ length: 20 }, (_, index) => index), signal, (piece) => {
      nowMs += pieceMs;
      done.push(piece);
      return Promise.resolve();
    }),
  );
  return { isDone, done };
}

/** A job does something here that is not a turn. */
async function step(jobId: string, priorityKey?: number, work: () => unknown = () => undefined): Promise<void> {
  await activityOf(jobId, priorityKey).run(() => turns.interceptor.execute!({ args: [], headers: {} }, async () => work()));
}

test.each([[5, 1], [4, 2], [1, 16], [undefined, 1]])('the turn of a batch of priority %s is over after %d pieces of half a second', async (priority, pieces) => {
  const { isDone, done } = await turnOf(priority);
  expect(isDone).toBe(false);
  expect(done).toEqual(Array.from({ length: pieces }, (_, index) => index));
});

test('a batch that is through before that is done; one piece is always worked at', async () => {
  const work = jest.fn(() => Promise.resolve());
  const run = (pieces: number[]): Promise<boolean> => activityOf('large').run((): Promise<boolean> => turns.take(pieces, NEVER, work));
  jest.mocked(performance.now).mockImplementation(() => (nowMs += 60_000));
  expect(await run([])).toBe(true);
  expect(await run([1])).toBe(true);
  expect(await run([1, 2])).toBe(false);
  expect(work).toHaveBeenCalledTimes(2);
});

test('a pause ends it between two pieces', async () => {
  const pause = new AbortController();
  const reason = new Error('paused');
  const work = jest.fn(() => {
    pause.abort(reason);
    return Promise.resolve();
  });
  await expect(activityOf('large').run((): Promise<boolean> => turns.take([1, 2], pause.signal, work))).rejects.toBe(reason);
  expect(work).toHaveBeenCalledTimes(1);
});

test('a turn begins when no smaller job has done a step here for half a second, and counts as waiting meanwhile', async () => {
  await step('small', 1);
  meanwhile = async (atMs) => {
    expect([turns.waitingFor('loadBatch'), turns.waitingFor('chunkBatch')]).toEqual([1, 0]);
    if (atMs === 300) await step('small', 1);
  };
  expect((await turnOf()).done).toEqual([0]);
  expect(nowMs).toBe(800 + 500);
  expect(turns.waitingFor('loadBatch')).toBe(0);
});

test('a step counts when it begins and when it ends', async () => {
  await step('small', 1, async () => {
    await turnOf();
    expect(nowMs).toBe(500 + 500);
  });
  await turnOf();
  expect(nowMs).toBe(1_000 + 500 + 500);
});

test('it waits a second at most, and works a quarter of a second then, however many small jobs there are', async () => {
  expect((await turnOf(4, { pieceMs: 100 })).done).toHaveLength(10);
  await step('small', 1);
  meanwhile = (atMs) => step(`small-${atMs}`, 2);
  expect((await turnOf(4, { pieceMs: 100 })).done).toHaveLength(3);
  expect(nowMs).toBe(1_000 + 1_000 + 300);
});

test.each([
  ['that are as large', 'other', 5, false],
  ['of the same job', 'large', 1, false],
  ['of no priority, as the mirror is written', 'small', undefined, false],
  ['while the machine has room', 'small', 1, true],
])('steps %s hold up no turn', async (_, jobId, priority, room) => {
  hasRoom = room;
  await step(jobId, priority);
  expect((await turnOf()).done).toEqual([0]);
  expect(nowMs).toBe(500);
});

test('a pause ends the wait', async () => {
  await step('small', 1);
  const pause = new AbortController();
  const reason = new Error('paused');
  meanwhile = () => pause.abort(reason);
  await expect(turnOf(5, { signal: pause.signal })).rejects.toBe(reason);
  expect(nowMs).toBe(50);
  expect(turns.waitingFor('loadBatch')).toBe(0);
});
