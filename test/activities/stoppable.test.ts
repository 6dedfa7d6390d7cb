import { ActivityCancellationDetails, CancelledFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { stoppable } from '../../activities/stoppable';

function environment(): MockActivityEnvironment {
  return new MockActivityEnvironment({ heartbeatTimeoutMs: 10_000 }, { logger: new DefaultLogger('ERROR') });
}

/** When it was done. */
const at = expect.stringMatching(/^\d{4}-.*Z$/) as string;

const whenAborted = (signal: AbortSignal) => new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true }));

test('what the work returns is the answer', async () => {
  expect(await environment().run(() => stoppable(() => Promise.resolve({ documents: 3 })))).toEqual({ documents: 3, at });
});

test('a pause is answered with stopped, and the work may take its time to commit', async () => {
  const activity = environment();
  let committed = false;
  const answer = activity.run(() =>
    stoppable(async (stop, abort) => {
      setImmediate(() => activity.cancel('CANCELLED', new ActivityCancellationDetails({ cancelRequested: true })));
      try {
        return await whenAborted(stop);
      } finally {
        await new Promise((resolve) => setImmediate(resolve));
        committed = true;
        expect(abort.aborted).toBe(false);
      }
    }),
  );
  expect(await answer).toEqual({ stopped: true, at });
  expect(committed).toBe(true);
});

test('work that finishes in spite of the pause is done, not stopped', async () => {
  const activity = environment();
  const answer = activity.run(() =>
    stoppable(async (stop) => {
      setImmediate(() => activity.cancel('CANCELLED', new ActivityCancellationDetails({ cancelRequested: true })));
      await whenAborted(stop).catch(() => undefined);
      return { documents: 3 };
    }),
  );
  expect(await answer).toEqual({ documents: 3, at });
});

test.each([
  ['the worker shuts down', 'aborted too', new ActivityCancellationDetails({ workerShutdown: true })],
  ['the attempt is lost', 'waited for', new ActivityCancellationDetails({ notFound: true })],
  ['the attempt has timed out', 'waited for', new ActivityCancellationDetails({ timedOut: true })],
  ['an operator pauses it', 'waited for', new ActivityCancellationDetails({ paused: true })],
])('when %s requests are %s, and the attempt counts as cancelled', async (_, requests, details) => {
  const activity = environment();
  let wasAborted = false;
  const answer = activity.run(() =>
    stoppable(async (stop, abort) => {
      setImmediate(() => activity.cancel('CANCELLED', details));
      try {
        return await whenAborted(stop);
      } finally {
        wasAborted = abort.aborted;
      }
    }),
  );
  await expect(answer).rejects.toBeInstanceOf(CancelledFailure);
  expect(wasAborted).toBe(requests === 'aborted too');
});

test('an error of its own is no stop', async () => {
  await expect(environment().run(() => stoppable(() => Promise.reject(new Error('broken'))))).rejects.toThrow('broken');
});

test('it heartbeats while it works, and no longer', async () => {
  const beating = jest.spyOn(global, 'setInterval');
  const silenced = jest.spyOn(global, 'clearInterval');
  const activity = environment();
  const beaten = new Promise<void>((resolve) => {
    let beats = 0;
    activity.on('heartbeat', () => {
      if (++beats === 3) resolve();
    });
  });
  await activity.run(() => stoppable(() => beaten.then(() => ({}))));
  // Told by the interval itself: how many timers the process has changes with what else runs in it.
  const intervals = beating.mock.results.map(({ value }) => value as NodeJS.Timeout);
  expect(intervals).toHaveLength(1);
  expect(silenced).toHaveBeenCalledWith(intervals[0]);
  jest.restoreAllMocks();
});
