/** One provider as several workers see it: each has a repository of its own on one row, on the database's clock. */
import { ProviderGateRepository } from '../../src/db/provider-gate-repository';
import type { Closed, Granted, Reservation } from '../../src/embedding/gate-store';
import type { ProviderRates } from '../../src/embedding/provider-rates';
import { openDatabase, type OpenDatabase } from './database';

let database: OpenDatabase;
let model = 0;
beforeAll(async () => (database = await openDatabase()));
afterAll(() => database.close());
beforeEach(() => void model++);

const worker = (rates: ProviderRates = {}) => new ProviderGateRepository(database.db, { provider: 'openai', model: `m${model}` }, rates);
const rows = () => database.rows(`select * from sluice.provider_gates where model = 'm${model}'`);

function granted(reservation: Reservation): Granted {
  if (!reservation.isGranted) throw new Error(`closed: ${JSON.stringify(reservation)}`);
  return reservation;
}

function closed(reservation: Reservation): Closed {
  if (reservation.isGranted) throw new Error(`granted: ${JSON.stringify(reservation)}`);
  return reservation;
}

/** From the last failure to the next probe: by the database's clock, whatever time the test itself takes. */
async function probeDelayMs(): Promise<number> {
  const [row] = await database.rows<{ ms: number }>(`select extract(epoch from probe_at - failed_at)::double precision * 1000 as ms from sluice.provider_gates where model = 'm${model}'`);
  return row!.ms;
}

const FAILED = { sentMsAgo: 0, retryAfterMs: undefined, message: 'down' };

test('without limits nothing waits', async () => {
  for (let count = 0; count < 20; count++) expect(granted(await worker().reserve(4, 1_000_000))).toMatchObject({ msPerRequest: 0, msPerToken: 0, isProbe: false, isTroubled: false });
  expect(granted(await worker().reserve(1, 1)).waitMs).toBeLessThanOrEqual(0);
});

test('requests of workers at the same time get places in one row, an interval apart', async () => {
  const rate = { requestsPerMinute: 1_200 };
  const [one, two] = [worker(rate), worker(rate)];
  const before = performance.now();
  const starts = await Promise.all(
    Array.from({ length: 40 }, async (_, index) => {
      const asked = granted(await (index % 2 ? one : two).reserve(2, 10));
      return performance.now() - before + asked.waitMs;
    }),
  );
  starts.sort((a, b) => a - b);
  // 40 pairs at 50 ms a request: the last begins 78 intervals after the first, whoever asked when.
  const [row] = await database.rows<{ ms: number }>(`select extract(epoch from requests_at - now())::double precision * 1000 as ms from sluice.provider_gates where model = 'm${model}'`);
  expect(row!.ms + performance.now() - before).toBeGreaterThan(80 * 50 - 1_000 - 100);
  expect(starts.at(-1)! - starts[0]!).toBeGreaterThan(78 * 50 - 500);
});

test('tokens are a limit of their own, and nothing is granted more than ten seconds ahead', async () => {
  const limited = worker({ requestsPerMinute: 100_000, tokensPerMinute: 6_000 });
  expect(granted(await limited.reserve(1, 500)).msPerToken).toBeCloseTo(10);
  // 5 s by their tokens, less what the last second had left.
  expect(granted(await limited.reserve(1, 1_000)).waitMs).toBeGreaterThan(2_000);
  expect(closed(await limited.reserve(1, 1))).toMatchObject({ reason: 'RATE_LIMITED', isProbing: false });
});

test('after a failure one request finds out, over all workers, later each time; an answer lets all go on', async () => {
  const [one, two] = [worker(), worker()];
  await one.reserve(4, 4);
  // Four were under way when it went down: that is one failure.
  for (let count = 0; count < 4; count++) await one.noteFailure({ ...FAILED, sentMsAgo: 500 });
  expect(await rows()).toMatchObject([{ failures: 1 }]);
  const wait = closed(await two.reserve(1, 1));
  expect(wait).toMatchObject({ reason: 'PROVIDER_DOWN', isProbing: false, message: 'down' });
  expect(wait.waitMs).toBeLessThanOrEqual(1_000);
  await database.rows(`update sluice.provider_gates set probe_at = now()`);
  const replies = await Promise.all(Array.from({ length: 10 }, (_, index) => (index % 2 ? one : two).reserve(4, 4)));
  expect(replies.filter(({ isGranted }) => isGranted)).toMatchObject([{ isProbe: true, isTroubled: true }]);
  expect(replies.filter((reply) => !reply.isGranted && reply.isProbing)).toHaveLength(9);
  await one.noteFailure(FAILED);
  expect(await rows()).toMatchObject([{ failures: 2 }]);
  expect(await probeDelayMs()).toBeGreaterThan(990);
  await two.noteAnswer();
  expect(granted(await one.reserve(4, 4))).toMatchObject({ isProbe: false, isTroubled: false });
  expect(await rows()).toMatchObject([{ failures: 0, failure: null, answered_at: expect.any(Date) as Date }]);
});

test('the wait doubles to a minute; Retry-After is kept in its place', async () => {
  const one = worker();
  await one.reserve(1, 1);
  for (let count = 0; count < 12; count++) {
    await one.noteFailure(FAILED);
    const delayMs = await probeDelayMs();
    const fullMs = Math.min(60_000, 1_000 * 2 ** count);
    expect(delayMs).toBeGreaterThan(fullMs / 2 - 10);
    expect(delayMs).toBeLessThan(fullMs + 10);
  }
  await one.noteAnswer();
  await one.noteFailure({ ...FAILED, retryAfterMs: 120_000 });
  expect(closed(await one.reserve(1, 1)).waitMs).toBeGreaterThan(115_000);
});

test('when the worker that was to find out is dead another does', async () => {
  const one = worker();
  await one.reserve(1, 1);
  await one.noteFailure(FAILED);
  await database.rows(`update sluice.provider_gates set probe_at = now()`);
  granted(await one.reserve(1, 1));
  expect(closed(await one.reserve(1, 1)).waitMs).toBeGreaterThan(30_000);
  await database.rows(`update sluice.provider_gates set probing_until = now()`);
  expect(granted(await one.reserve(1, 1)).isProbe).toBe(true);
});

test('a 429 lowers the rate once for all that were under way, holds everyone up as long as asked, and ends an outage', async () => {
  const [one, two] = [worker({ requestsPerMinute: 600 }), worker({ requestsPerMinute: 600 })];
  await one.reserve(1, 1);
  await one.noteFailure(FAILED);
  // In use in full before the refusal.
  await database.rows(`update sluice.provider_gates set recent = 100, recent_at = now()`);
  for (const each of [one, two, one]) await each.noteLimit({ sentMsAgo: 1_000, retryAfterMs: 3_000, message: 'slow down' });
  expect(await rows()).toMatchObject([{ failures: 0, refusals: 1, learned_rate: 420 }]);
  const { waitMs, msPerRequest, isTroubled } = granted(await two.reserve(1, 1));
  expect(waitMs).toBeGreaterThan(2_000);
  expect([msPerRequest > 60_000 / 440, msPerRequest <= 60_000 / 420, isTroubled]).toEqual([true, true, true]);
});

test('the rate grows again, up to the limit that is configured', async () => {
  const one = worker({ requestsPerMinute: 600 });
  await one.reserve(1, 1);
  await database.rows(`update sluice.provider_gates set learned_rate = 100, limited_at = now() - interval '60 seconds'`);
  expect(granted(await one.reserve(1, 1)).msPerRequest).toBeCloseTo(60_000 / (100 * Math.E), -1);
  await database.rows(`update sluice.provider_gates set limited_at = now() - interval '1 year'`);
  expect(granted(await one.reserve(1, 1)).msPerRequest).toBeCloseTo(100);
});
