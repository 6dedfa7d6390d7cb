import { strongerWaitReason, WAIT_REASONS } from '../../src/domain/wait-reason';

const PRECEDENCE = 'PAUSED, BUDGET, NO_WORKER, PROVIDER_DOWN, RATE_LIMITED, RETRYING, DOWNSTREAM, UPSTREAM'.split(', ');

test('of any two reasons the one that the contract names first is shown, whoever saw it', () => {
  expect([...WAIT_REASONS].sort()).toEqual([...PRECEDENCE].sort());
  for (const a of WAIT_REASONS) {
    for (const b of WAIT_REASONS) {
      const first = PRECEDENCE.find((reason) => reason === a || reason === b);
      expect(strongerWaitReason(a, b)).toBe(first);
    }
    expect(strongerWaitReason(a, null)).toBe(a);
    expect(strongerWaitReason(null, a)).toBe(a);
  }
  expect(strongerWaitReason(null, null)).toBeNull();
});
