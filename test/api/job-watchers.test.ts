import { JobWatchers, type Subscription } from '../../src/api/events/job-watchers';
import { SluiceError } from '../../src/domain/errors';
import type { JobStatusResponse } from '../../src/domain/job-view';
import { completedJob, sampleJob } from '../cli/sample-job';

/** What the service would answer, call by call; the last answer again and again. */
function scripted(...answers: (JobStatusResponse | Error)[]) {
  const asked = { count: 0 };
  const watchers = new JobWatchers(async () => {
    const answer = answers[Math.min(asked.count, answers.length - 1)]!;
    asked.count += 1;
    if (answer instanceof Error) throw answer;
    return answer;
  });
  return { watchers, asked };
}

const at = (version: number, chunks = 0): JobStatusResponse => ({ ...sampleJob(), version, chunks });
const ended = (version: number): JobStatusResponse => ({ ...completedJob(), version });

async function read(subscription: Subscription, count = Infinity): Promise<{ id: string | null; version?: number; code?: string }[]> {
  const events = [];
  while (events.length < count) {
    const event = await subscription.next(60_000);
    if (event === undefined || event === 'idle') break;
    const { version, code } = JSON.parse(event.data) as { version?: number; code?: string };
    events.push({ id: event.id, version, code });
  }
  return events;
}

test('tells each change once, to the end', async () => {
  const { watchers } = scripted(at(1), at(1), at(1, 5), at(2), ended(3));
  const events = await read(await watchers.subscribe('j', undefined));
  expect(events.map(({ version }) => version)).toEqual([1, 1, 2, 3]);
  expect(new Set(events.map(({ id }) => id)).size).toBe(4);
  await watchers.close();
});

test('who was cut off goes on behind the last event, and misses none', async () => {
  const { watchers } = scripted(at(1), at(2), at(3), at(4), ended(5));
  const first = await watchers.subscribe('j', undefined);
  const [seen] = await read(first, 1);
  first.close();
  // Another goes on watching, so that the job is seen to its end meanwhile.
  await read(await watchers.subscribe('j', undefined));
  const again = await watchers.subscribe('j', seen!.id!);
  expect((await read(again)).map(({ version }) => version)).toEqual([2, 3, 4, 5]);
  await watchers.close();
});

test('who has seen the end is told that there is nothing more, by another process too', async () => {
  const one = scripted(ended(5));
  const [last] = await read(await one.watchers.subscribe('j', undefined));
  const another = scripted(ended(5));
  expect((await another.watchers.subscribe('j', last!.id!)).isOver).toBe(true);
  expect((await another.watchers.subscribe('j', 'of-another-time')).isOver).toBe(false);
  await Promise.all([one.watchers.close(), another.watchers.close()]);
});

test('many subscribers cost no more questions than one', async () => {
  const { watchers, asked } = scripted(at(1), at(2), at(3), ended(4));
  const subscriptions = await Promise.all(Array.from({ length: 200 }, () => watchers.subscribe('j', undefined)));
  const all = await Promise.all(subscriptions.map((subscription) => read(subscription)));
  expect(all.every((events) => events.length === 4)).toBe(true);
  expect(asked.count).toBe(4);
  await watchers.close();
});

test('servers that do not answer are a problem, told once, until they are back', async () => {
  const down = new SluiceError('SERVER_UNREACHABLE', 'Nobody answers.');
  const { watchers } = scripted(at(1), down, down, at(2), ended(3));
  const events = await read(await watchers.subscribe('j', undefined));
  expect(events.map(({ version, code }) => code ?? version)).toEqual([1, 'SERVER_UNREACHABLE', 2, 3]);
  expect(events[1]!.id).toBeNull();
  await watchers.close();
});

test('a mirror that lags behind the workflow is passed over', async () => {
  const { watchers } = scripted(at(7), { ...at(5), readFrom: 'mirror' }, ended(8));
  expect((await read(await watchers.subscribe('j', undefined))).map(({ version }) => version)).toEqual([7, 8]);
  await watchers.close();
});

test('an end is told whatever its version: the mirror of a terminated job never learned the last one', async () => {
  const { watchers } = scripted(at(7), { ...ended(5), readFrom: 'mirror' });
  expect((await read(await watchers.subscribe('j', undefined))).map(({ version }) => version)).toEqual([7, 5]);
  await watchers.close();
});

test('a job that there is not has no stream', async () => {
  const { watchers } = scripted(new SluiceError('JOB_NOT_FOUND', 'There is no job j.'));
  await expect(watchers.subscribe('j', undefined)).rejects.toMatchObject({ code: 'JOB_NOT_FOUND' });
});
