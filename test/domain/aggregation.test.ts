import { overallStatus } from '../../src/domain/aggregation';

test('a failed phase makes the job FAILED, whatever the others do', () => {
  expect(overallStatus(['COMPLETED', 'PAUSED', 'FAILED', 'NOT_STARTED'])).toBe('FAILED');
});
