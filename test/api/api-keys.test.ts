import { createHash } from 'node:crypto';
import { findApiKey, mayDo, parseApiKeys, SCOPES } from '../../src/api/access/api-keys';
import { neededScope } from '../../src/api/access/authenticate';

const KEY = 'correct-horse-battery-staple';
const OTHER = 'another-key-of-some-length';

test('a key is found by itself only, given plain or as its hash', () => {
  const hash = createHash('sha256').update(OTHER).digest('hex');
  const keys = parseApiKeys(`ci:control:${KEY}, ops.team:admin:sha256=${hash}`);
  expect(findApiKey(keys, KEY)).toMatchObject({ name: 'ci', scope: 'control' });
  expect(findApiKey(keys, OTHER)).toMatchObject({ name: 'ops.team', scope: 'admin' });
  for (const wrong of ['', hash, `sha256=${hash}`, KEY.slice(1), `${KEY} `]) expect(findApiKey(keys, wrong)).toBeUndefined();
  expect(JSON.stringify(keys)).not.toContain(KEY);
});

test('a key may hold colons', () => {
  expect(findApiKey(parseApiKeys('a:read:with:colons:in:the:key'), 'with:colons:in:the:key')).toMatchObject({ name: 'a' });
});

test.each([
  ['', 'holds no key'],
  [' , ', 'holds no key'],
  ['just-a-key-without-anything', 'Entry 1'],
  [`a:read:${KEY},b:write:${OTHER}`, 'Entry 2 of SLUICE_API_KEYS has an unknown scope'],
  ['a:read:short', 'fewer than 16'],
  ['a:read:sha256=abc', '64 hexadecimal digits'],
  [`a:read:${KEY},a:admin:${OTHER}`, 'same name'],
])('%j is refused without telling the key', (text, why) => {
  expect(() => parseApiKeys(text)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT', message: expect.stringContaining(why) }));
  expect(() => parseApiKeys(text)).not.toThrow(expect.objectContaining({ message: expect.stringContaining(KEY) }));
});

test('each scope may do what those before it may', () => {
  const allowed = SCOPES.map((scope) => SCOPES.map((needed) => mayDo(scope, needed)));
  expect(allowed).toEqual([
    [true, false, false],
    [true, true, false],
    [true, true, true],
  ]);
});

test.each([
  ['GET', '/v1/jobs', 'read'],
  ['POST', '/v1/collections/c/search', 'read'],
  ['POST', '/v1/collections/c/documents', 'control'],
  ['POST', '/v1/jobs/search', 'control'],
  ['POST', '/v1/jobs/j/pause', 'control'],
  ['DELETE', '/v1/collections/c', 'admin'],
])('%s %s needs %s', (method, path, scope) => {
  expect(neededScope(method, path)).toBe(scope);
});
