import { ApplicationFailure, CancelledFailure } from '@temporalio/activity';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import { failureInterceptor } from '../../activities/failure-interceptor';
import { isRefusedData, isServerAway } from '../../activities/server-errors';
import { ERROR_KINDS, SluiceError, type ErrorCode } from '../../src/domain/errors';

/** What Temporal is given when an activity throws this in this attempt. */
async function failureOf(thrown: unknown, attempt = 1, activityId = 'one'): Promise<unknown> {
  return run(() => Promise.reject(thrown), attempt, activityId).then(
    () => undefined,
    (failure: unknown) => failure,
  );
}

function run(work: () => Promise<unknown>, attempt: number, activityId: string): Promise<unknown> {
  const environment = new MockActivityEnvironment({ attempt, activityId }, { logger: new DefaultLogger('ERROR') });
  return environment.run(() => failureInterceptor.execute!({ args: [], headers: {} }, work));
}

const withCode = (code: string, message = 'what the server said') => Object.assign(new Error(message), { code });

test.each(Object.keys(ERROR_KINDS) as ErrorCode[])('%s crosses as the type of a failure, retried only if its kind says so', async (code) => {
  const failure = (await failureOf(new SluiceError(code, 'a message'))) as ApplicationFailure;
  expect(failure).toBeInstanceOf(ApplicationFailure);
  expect([failure.type, failure.nonRetryable]).toEqual([code, !ERROR_KINDS[code].retryable]);
  expect(failure.message).toContain('a message');
});

test.each(['ECONNREFUSED', 'ECONNRESET', '57P01', '57P03', '08006', '53300', '40001', '40P01', '25006', '25P03'])('%s of the database is waited for, seconds apart, for ever', async (code) => {
  const failure = (await failureOf(withCode(code), 1_000)) as ApplicationFailure;
  expect([failure.type, failure.nonRetryable]).toEqual(['SERVER_UNREACHABLE', false]);
  expect(failure.nextRetryDelay).toBeLessThanOrEqual(5_000);
});

test.each(['Connection terminated unexpectedly', 'timeout exceeded when trying to connect'])('"%s" is a server that is away', (message) => {
  expect(isServerAway(new Error(message))).toBe(true);
});

test.each(['22P05', '22021', '54000', '22001'])('%s is refused data, not a server that is away', (code) => {
  expect([isRefusedData(withCode(code)), isServerAway(withCode(code))]).toEqual([true, false]);
});

test.each(['23505', '42P01'])('%s is neither', (code) => {
  expect([isRefusedData(withCode(code)), isServerAway(withCode(code))]).toEqual([false, false]);
});

test('what nobody foresaw is tried some times and then taken for a defect', async () => {
  for (const [index, thrown] of [new TypeError('x is not a function'), 'a text', undefined, null, withCode('23505')].entries()) {
    for (let attempt = 1; attempt < 10; attempt++) expect(await failureOf(thrown, attempt, `defect ${index}`)).toMatchObject({ type: 'INTERNAL', nonRetryable: false });
    expect(await failureOf(thrown, 10, `defect ${index}`)).toMatchObject({ type: 'INTERNAL', nonRetryable: true });
  }
});

test('waits for servers and providers are no such tries, nor are those before a success', async () => {
  for (let attempt = 1; attempt < 50; attempt++) await failureOf(withCode('ECONNREFUSED'), attempt, 'patient');
  expect(await failureOf(new TypeError('once'), 50, 'patient')).toMatchObject({ type: 'INTERNAL', nonRetryable: false });
  for (let attempt = 51; attempt < 59; attempt++) await failureOf(new TypeError('again'), attempt, 'patient');
  await run(() => Promise.resolve(1), 60, 'patient');
  expect(await failureOf(new TypeError('anew'), 61, 'patient')).toMatchObject({ nonRetryable: false });
});

test("Temporal's own failures pass as they are", async () => {
  const own = ApplicationFailure.create({ message: 'm', type: 'PROVIDER_UNAVAILABLE', nextRetryDelay: 7 });
  expect(await failureOf(own)).toBe(own);
  const cancelled = new CancelledFailure('stop');
  expect(await failureOf(cancelled)).toBe(cancelled);
});
