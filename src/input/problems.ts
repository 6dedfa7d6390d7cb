/** Turns what a schema objects to into sentences, one a problem, each beginning with the path of the field. */
import type { z } from 'zod';
import { findSimilar } from './suggestion';

/** What no person reads is not said, and must not outgrow what Temporal carries. */
const MAX_PROBLEMS = 20;

/** @param keysAt the keys that are known at a path, for suggestions */
export function problemsOf(error: z.ZodError, value: unknown, keysAt: (path: string) => readonly string[]): string[] {
  const problems = error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey([...issue.path, key], keysAt(dotted(issue.path))));
    const found = valueAt(value, issue.path);
    if (found === undefined) return `${dotted(issue.path) || 'The input'} is missing.`;
    return `${dotted(issue.path) || 'The input'} ${issue.message}${shown(found)}.`;
  });
  // One value can break one rule twice: a number outside of the safe ones is out of range too.
  const distinct = [...new Set(problems)];
  if (distinct.length <= MAX_PROBLEMS) return distinct;
  return [...distinct.slice(0, MAX_PROBLEMS), `… and ${distinct.length - MAX_PROBLEMS} more problems like these.`];
}

function unknownKey(path: readonly PropertyKey[], known: readonly string[]): string {
  const similar = findSimilar(String(path.at(-1)), known);
  if (similar) return `${dotted(path)} is not known: did you mean ${similar}?`;
  return known.length > 0 ? `${dotted(path)} is not known: known are ${known.join(', ')}.` : `${dotted(path)} is not known.`;
}

/** Numbers only: text may be long, or a secret. */
function shown(value: unknown): string {
  return typeof value === 'number' ? `; it is ${value}` : '';
}

function dotted(path: readonly PropertyKey[]): string {
  return path.map((part, index) => (typeof part === 'number' ? `[${part}]` : `${index > 0 ? '.' : ''}${printable(String(part))}`)).join('');
}

function printable(key: string): string {
  return /^[\w-]{1,60}$/.test(key) ? key : JSON.stringify(key.slice(0, 60));
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (at, part) => (typeof at === 'object' && at !== null && Object.hasOwn(at, part) ? at[part as never] : undefined),
    value,
  );
}
