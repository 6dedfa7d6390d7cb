import { temporal } from '@temporalio/proto';
import { isToldOf, phaseWaits } from '../../src/temporal/phase-waits';

const { PENDING_ACTIVITY_STATE_SCHEDULED: SCHEDULED, PENDING_ACTIVITY_STATE_STARTED: STARTED, PENDING_ACTIVITY_STATE_CANCEL_REQUESTED: STOPPING } = temporal.api.enums.v1.PendingActivityState;
const NOW = Date.parse('2026-11-28T12:00:00Z');
const ago = (seconds: number) => ({ seconds: NOW / 1_000 - seconds, nanos: 0 }) as unknown as NonNullable<temporal.api.workflow.v1.IPendingActivityInfo['lastHeartbeatTime']>;
const pending = (change: temporal.api.workflow.v1.IPendingActivityInfo) => ({ activityType: { name: 'embedBatch' }, attempt: 1, scheduledTime: ago(60), ...change });

test.each([
  ['is at it', { state: STARTED, lastHeartbeatTime: ago(1) }, true],
  ['has been told to stop, and waits for what is paid for', { state: STOPPING, lastHeartbeatTime: ago(1) }, true],
  ['has said nothing for long', { state: STARTED, lastHeartbeatTime: ago(4) }, false],
  ['has said nothing yet', { state: STARTED }, false],
  ['was at it in an earlier attempt', { state: SCHEDULED, lastHeartbeatTime: ago(1) }, false],
])('a worker that %s', (_name, activity, isTold) => {
  expect(isToldOf(NOW)(pending(activity))).toBe(isTold);
});

test.each([
  ['that nobody has taken for long', [{ state: SCHEDULED }], { EMBEDDING: 'NO_WORKER' }],
  ['that is new', [{ state: SCHEDULED, scheduledTime: ago(5) }], {}],
  ['that is tried again soon', [{ state: SCHEDULED, attempt: 2, scheduledTime: ago(-5) }], { EMBEDDING: 'RETRYING' }],
  ['beside another that a worker has', [{ state: SCHEDULED }, { state: STOPPING }], {}],
])('of a batch %s', (_name, activities, waits) => {
  expect(phaseWaits(activities.map(pending), NOW)).toEqual(waits);
});
