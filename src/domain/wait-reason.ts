/**
 * Why a phase that isn't finished does nothing now, in order of precedence: of several that hold, the first is shown.
 * The workflow itself knows PAUSED, BUDGET, DOWNSTREAM and UPSTREAM; the others are seen from outside it.
 */
export const WAIT_REASONS = ['PAUSED', 'BUDGET', 'NO_WORKER', 'PROVIDER_DOWN', 'RATE_LIMITED', 'RETRYING', 'DOWNSTREAM', 'UPSTREAM'] as const;

export type WaitReason = (typeof WAIT_REASONS)[number];

/** The reason to show when two observers each name one (or none). */
export function strongerWaitReason(a: WaitReason | null, b: WaitReason | null): WaitReason | null {
  if (a === null || b === null) return a ?? b;
  return WAIT_REASONS.indexOf(a) <= WAIT_REASONS.indexOf(b) ? a : b;
}
