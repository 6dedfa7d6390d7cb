import { startJobBody } from '../../src/api/routes/jobs';
import { EMPTY_JOB_FORM, jobRequest } from '../../src/dashboard/job/job-request';
import { byteSize, counted, duration, moment, rate } from '../../src/dashboard/words/quantities';
import { waitReasonSentence } from '../../src/dashboard/words/wait-reason-words';
import { JOB_PHASES } from '../../src/domain/job-phase';
import { WAIT_REASONS } from '../../src/domain/wait-reason';

test('durations are told in the two largest units', () => {
  expect([0, 0.42, 12, 59.6, 60, 200, 7_500, 100_000].map(duration)).toEqual(['0.0 s', '0.4 s', '12 s', '1 min', '1 min', '3 min 20 s', '2 h 5 min', '1 d 3 h']);
});

test('rates keep two figures, and slow ones are told by the minute or hour', () => {
  expect([0, 1234.5, 45.6, 3.14, 0.1, 0.05, 0.001].map(rate)).toEqual(['0/s', '1,235/s', '46/s', '3.1/s', '0.1/s', '3/min', '3.6/h']);
});

test('sizes and counts', () => {
  expect([0, 820, 1_500, 12_000, 3_400_000].map(byteSize)).toEqual(['0 B', '820 B', '1.5 kB', '12 kB', '3.4 MB']);
  expect([counted(1, 'file'), counted(1_200, 'file')]).toEqual(['1 file', '1,200 files']);
});

test('a moment of another day has its date', () => {
  const now = new Date(2026, 10, 24, 12, 0, 0);
  expect(moment(new Date(2026, 10, 24, 9, 5, 7), now)).toBe('09:05:07');
  expect(moment(new Date(2026, 10, 23, 9, 5, 7), now)).toBe('23 Nov, 09:05:07');
});

test('every reason to wait has a sentence for every phase', () => {
  const sentences = JOB_PHASES.flatMap((phase) => WAIT_REASONS.map((waitReason) => waitReasonSentence({ phase, waitReason })));
  expect(sentences.every((sentence) => /^[A-Z].*\.$/.test(sentence ?? ''))).toBe(true);
  expect(waitReasonSentence({ phase: 'LOADING', waitReason: null })).toBeUndefined();
});

test('a form, empty or filled in, is a request that the API takes', () => {
  const least = jobRequest({ ...EMPTY_JOB_FORM, collection: ' books ', path: ' /docs ' });
  expect(least).toEqual({ collection: 'books', source: { kind: 'folder', path: '/docs' } });
  const most = jobRequest({
    collection: 'books', path: '/docs', include: '**/*.md\n\n *.txt ', exclude: 'drafts/**', provider: 'openai', model: 'm', dimensions: '64',
    chunkTokens: '128', maxFailures: '0', maxTokens: '1000', verify: true, allowMassRemoval: true,
  });
  expect(most).toEqual({
    collection: 'books',
    source: { kind: 'folder', path: '/docs', include: ['**/*.md', '*.txt'], exclude: ['drafts/**'] },
    options: { chunkTokens: 128, maxFailures: 0, maxTokens: 1000, verify: true, allowMassRemoval: true, embedding: { provider: 'openai', model: 'm', dimensions: 64 } },
  });
  for (const request of [least, most]) expect(startJobBody.safeParse(request).error).toBeUndefined();
});
