import { exitCodeOf, exitCodeOfError } from '../../src/cli/exit-code';
import { ERROR_KINDS, isErrorCode } from '../../src/domain/errors';
import { completedJob, failedJob, sampleJob } from './sample-job';

test('a job that is done exits 0, with failed documents 3', () => {
  expect([exitCodeOf(completedJob()), exitCodeOf(completedJob(1))]).toEqual([0, 3]);
});

test('a job that failed exits by its error', () => {
  expect(exitCodeOf(failedJob())).toBe(1);
  for (const code of Object.keys(ERROR_KINDS).filter(isErrorCode)) {
    expect(exitCodeOf(sampleJob({ status: 'FAILED', error: { code, message: '', phase: 'LOADING' } }))).toBe(ERROR_KINDS[code].exitCode);
  }
});

test.each([
  [1, ['CANCELLED', 'MASS_REMOVAL', 'TOO_MANY_FAILURES']],
  [
    2,
    [
      'INVALID_INPUT',
      'COLLECTION_MISMATCH',
      'SOURCE_NOT_FOUND',
      'NO_DOCUMENTS',
      'PROVIDER_AUTH',
      'ALREADY_RUNNING',
      'JOB_NOT_FOUND',
      'JOB_FINISHED',
    ],
  ],
  [4, ['SERVER_UNREACHABLE']],
] as const)('exit code %i is that of %j', (exitCode, codes) => {
  expect(codes.map(exitCodeOfError)).toEqual(codes.map(() => exitCode));
});
