/**
 * API keys: who they are and what they may do. SLUICE_API_KEYS lists them, with commas between: `name:scope:key`, or
 * `name:scope:sha256=<64 hexadecimal digits>` so that the configuration holds no key. In memory there are only hashes.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { SluiceError } from '../../domain/errors';

/** Each may do what those before it may. read: look and search. control: start and steer jobs, upload. admin: delete. */
export const SCOPES = ['read', 'control', 'admin'] as const;

export type Scope = (typeof SCOPES)[number];

export interface ApiKey {
  name: string;
  scope: Scope;
  /** SHA-256 */
  hash: Buffer;
}

/** Shorter keys can be guessed. */
const MIN_KEY_LENGTH = 16;

/** Throws INVALID_INPUT, naming an entry by its place: what is wrong may be the key. */
export function parseApiKeys(text: string): ApiKey[] {
  const keys = text.split(',').map((entry) => entry.trim()).filter(Boolean).map(parseKey);
  if (keys.length === 0) throw invalid('SLUICE_API_KEYS holds no key.');
  if (new Set(keys.map(({ name }) => name)).size < keys.length) throw invalid('Two keys of SLUICE_API_KEYS have the same name.');
  return keys;
}

/** The key that a bearer token is. Takes the same time whichever it is, and when it is none. */
export function findApiKey(keys: readonly ApiKey[], token: string): ApiKey | undefined {
  const hash = sha256(token);
  let found: ApiKey | undefined;
  for (const key of keys) if (timingSafeEqual(key.hash, hash)) found = key;
  return found;
}

export function mayDo(scope: Scope, needed: Scope): boolean {
  return SCOPES.indexOf(scope) >= SCOPES.indexOf(needed);
}

function parseKey(entry: string, index: number): ApiKey {
  const which = `Entry ${index + 1} of SLUICE_API_KEYS`;
  const [, name, scope, key] = /^([\w.-]{1,60}):([a-z]+):(.+)$/.exec(entry) ?? [];
  if (name === undefined || scope === undefined || key === undefined) throw invalid(`${which} is not name:scope:key.`);
  if (!SCOPES.includes(scope as Scope)) throw invalid(`${which} has an unknown scope: there are ${SCOPES.join(', ')}.`);
  const [, digits] = /^sha256=(.*)$/.exec(key) ?? [];
  if (digits !== undefined && !/^[0-9a-f]{64}$/i.test(digits)) throw invalid(`${which} has no 64 hexadecimal digits after sha256=.`);
  if (digits === undefined && key.length < MIN_KEY_LENGTH) throw invalid(`${which} has a key of fewer than ${MIN_KEY_LENGTH} characters.`);
  return { name, scope: scope as Scope, hash: digits === undefined ? sha256(key) : Buffer.from(digits, 'hex') };
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function invalid(message: string): SluiceError {
  return new SluiceError('INVALID_INPUT', message, { hint: 'Its form: name:scope:key, with commas between keys. Make a key with `openssl rand -hex 24`.' });
}
