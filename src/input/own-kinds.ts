/** What a user has added to the sources and providers that Sluice has: the check of a job's input must know of it. */
import { SluiceError } from '../domain/errors';
import type { SourceFields } from '../domain/ingestion-input';

export interface OwnKinds {
  /** The fields of each kind of source. */
  sources: ReadonlyMap<string, SourceFields>;
  /** Names of embedding providers. */
  providers: readonly string[];
}

export const NO_OWN_KINDS: OwnKinds = { sources: new Map(), providers: [] };

/** Throws INVALID_INPUT for a source that is none: users need not write TypeScript. */
export function ownKindsOf(
  sources: readonly { kind: string; fields: SourceFields }[],
  providers: readonly { provider: string }[],
): OwnKinds {
  for (const source of sources) checkSource(source);
  return { sources: new Map(sources.map(({ kind, fields }) => [kind, fields])), providers: providers.map(({ provider }) => provider) };
}

function checkSource(source: { kind: unknown; fields: unknown }): void {
  const { kind, fields } = source;
  if (typeof kind !== 'string' || !/^[a-z][a-z0-9-]{0,62}$/.test(kind)) {
    throw new SluiceError('INVALID_INPUT', `The kind of a source must be 1 to 63 of a-z, 0-9 and -, and begin with a letter: ${String(kind)} is not.`);
  }
  const areChecks = typeof fields === 'object' && fields !== null && Object.values(fields).every((check) => typeof check === 'function');
  const missing = ['locator', 'check', 'discover'].filter((method) => typeof source[method as never] !== 'function');
  if (!areChecks) missing.unshift('fields, an object with a function for each field');
  if (missing.length > 0) throw new SluiceError('INVALID_INPUT', `The source "${kind}" lacks ${missing.join(', ')}.`, { hint: 'See docs/extending.md.' });
}
