/** What a document says about itself, made small and plain: it is stored with every version and sent with every search result. */
import type { JsonValue } from './parsed-document';
import { cleanText } from './text/clean-text';

const MAX_KEYS = 64;
const MAX_ITEMS = 64;
const MAX_CHARACTERS = 1000;
const MAX_DEPTH = 3;
/** Names that mean something else than a property to JavaScript. */
const UNSAFE_KEYS = new Set(['__proto__', 'constructor', 'prototype']);

/** A bounded copy of anything that a document holds; what is no JSON, too deep or too long is cut or left out. */
export function smallMetadata(source: unknown): Record<string, JsonValue> {
  const small = smallValue(source, 0);
  return small !== null && typeof small === 'object' && !Array.isArray(small) ? small : {};
}

function smallValue(value: unknown, depth: number): JsonValue | undefined {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'string') return cleanText(value.slice(0, MAX_CHARACTERS));
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value.toISOString();
  if (typeof value !== 'object' || depth >= MAX_DEPTH) return undefined;
  if (Array.isArray(value)) {
    return value
      .slice(0, MAX_ITEMS)
      .map((item) => smallValue(item, depth + 1))
      .filter((item) => item !== undefined);
  }
  const small: Record<string, JsonValue> = {};
  let keys = 0;
  for (const key in value) {
    if (!Object.hasOwn(value, key) || UNSAFE_KEYS.has(key)) continue;
    if (++keys > MAX_KEYS) break;
    const item = smallValue((value as Record<string, unknown>)[key], depth + 1);
    if (item !== undefined) small[cleanText(key.slice(0, MAX_CHARACTERS))] = item;
  }
  return small;
}
