/** What the provider was paid for: nothing twice, but what was under way when something broke. */
import type { RequestRecord } from '../embedding/embeddings-server';

/** A time in which something was broken, by this machine's clock. */
export interface Outage {
  fromMs: number;
  toMs: number;
}

export interface Payments {
  texts: number;
  /** Texts paid for more than once, each as often as that. */
  repeated: number;
  /** Of them, those that nothing excuses. */
  unexcused: number;
}

/** After an answer has left the provider it takes so long, at most, until the worker has stored it. */
const STORING_MS = 1_000;

/** A text may be paid for once, and again for each paid request that was under way in an outage, or whose answer was broken. */
export function judgePayments(requests: readonly RequestRecord[], outages: readonly Outage[]): Payments {
  const byText = new Map<string, { paid: number; excused: number }>();
  for (const request of requests) {
    if (!request.paid) continue;
    const isExcused = (request.fault !== undefined && request.fault !== 'shuffled') || outages.some((outage) => wasUnderWay(request, outage));
    for (const text of request.texts) {
      const seen = byText.get(text) ?? { paid: 0, excused: 0 };
      byText.set(text, { paid: seen.paid + 1, excused: seen.excused + (isExcused ? 1 : 0) });
    }
  }
  const payments = { texts: byText.size, repeated: 0, unexcused: 0 };
  for (const { paid, excused } of byText.values()) {
    payments.repeated += paid - 1;
    payments.unexcused += Math.max(0, paid - 1 - excused);
  }
  return payments;
}

function wasUnderWay({ arrivedAtMs, endedAtMs = Infinity }: RequestRecord, { fromMs, toMs }: Outage): boolean {
  return arrivedAtMs <= toMs && endedAtMs + STORING_MS >= fromMs;
}
