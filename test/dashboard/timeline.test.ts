import { changesBetween, timelineOf } from '../../src/dashboard/job/timeline';
import { seenJob } from './seen-job';

const at = (second: number): string => new Date(Date.UTC(2026, 10, 24, 10, 0, second)).toISOString();

test('a pause, one before the beginning too, and a resumption are seen; beginnings and ends carry their own times', () => {
  const before = seenJob({ at: at(1), status: { LOADING: 'RUNNING', CHUNKING: 'PAUSED', EMBEDDING: 'RUNNING', INDEXING: 'NOT_STARTED' } });
  const after = seenJob({ at: at(2), status: { LOADING: 'COMPLETED', CHUNKING: 'RUNNING', EMBEDDING: 'PAUSED', INDEXING: 'PAUSED' } });
  expect(changesBetween(before, after)).toEqual([
    { at: at(2), phase: 'CHUNKING', status: 'RUNNING' },
    { at: at(2), phase: 'EMBEDDING', status: 'PAUSED' },
    { at: at(2), phase: 'INDEXING', status: 'PAUSED' },
  ]);
  expect(changesBetween(after, after)).toEqual([]);
});

test('the latest comes first, the end of the job before those of its phases', () => {
  const job = seenJob({ at: at(9), status: { LOADING: 'COMPLETED', CHUNKING: 'COMPLETED', EMBEDDING: 'COMPLETED', INDEXING: 'COMPLETED' } });
  job.finishedAt = at(9);
  job.phases.forEach((view) => Object.assign(view, { startedAt: at(1), completedAt: at(9) }));
  const entries = timelineOf(job, [{ at: at(5), phase: 'EMBEDDING', status: 'PAUSED' }]);
  expect(entries[0]).toEqual({ at: at(9), phase: null, status: 'COMPLETED' });
  expect(entries.filter(({ phase }) => phase === 'EMBEDDING').map(({ status }) => status)).toEqual(['COMPLETED', 'PAUSED', 'RUNNING']);
  expect(entries.at(-1)).toEqual({ at: '2026-11-24T10:00:00.000Z', phase: null, status: 'PENDING' });
});
