import type { RequestRecord } from '../embedding/embeddings-server';
import { judgePayments } from './payments';

const request = (texts: string[], arrivedAtMs: number, endedAtMs: number | undefined, more: Partial<RequestRecord> = {}): RequestRecord => ({ texts, arrivedAtMs, endedAtMs, paid: true, ...more });

test('every text once is nothing repeated; what was refused was not paid for', () => {
  expect(judgePayments([request(['a', 'b'], 0, 10), request(['c'], 5, 20), request(['c'], 0, 2, { paid: false, fault: 'status' })], [])).toEqual({ texts: 3, repeated: 0, unexcused: 0 });
});

test('a text again is excused when its first request was under way in an outage, and only then', () => {
  const repeated = [request(['a', 'b'], 1_000, 2_000), request(['a', 'b'], 60_000, 61_000)];
  expect(judgePayments(repeated, [])).toEqual({ texts: 2, repeated: 2, unexcused: 2 });
  expect(judgePayments(repeated, [{ fromMs: 1_500, toMs: 9_000 }])).toEqual({ texts: 2, repeated: 2, unexcused: 0 });
  expect(judgePayments(repeated, [{ fromMs: 20_000, toMs: 30_000 }])).toEqual({ texts: 2, repeated: 2, unexcused: 2 });
});

test('each further payment needs an excuse of its own', () => {
  const thrice = [request(['a'], 0, undefined), request(['a'], 60_000, 61_000), request(['a'], 90_000, 91_000)];
  expect(judgePayments(thrice, [{ fromMs: 10, toMs: 20 }])).toEqual({ texts: 1, repeated: 2, unexcused: 1 });
});

test('a broken answer is paid for and excuses the next one; a shuffled one is whole', () => {
  expect(judgePayments([request(['a'], 0, 1, { fault: 'short' }), request(['a'], 5_000, 5_001)], []).unexcused).toBe(0);
  expect(judgePayments([request(['a'], 0, 1, { fault: 'shuffled' }), request(['a'], 5_000, 5_001)], []).unexcused).toBe(1);
});
