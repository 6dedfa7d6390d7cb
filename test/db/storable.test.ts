import fc from 'fast-check';
import { storableJson, storableText } from '../../src/db/storable';

test('what Postgres refuses becomes U+FFFD, and nothing else changes', () => {
  expect(JSON.parse(storableJson({ 'a\0': ['\\u0000', '\\\0', '\ud800', '\udc00', '😀', '\b\n"'] }))).toEqual({ 'a\ufffd': ['\\u0000', '\\\ufffd', '\ufffd', '\ufffd', '😀', '\b\n"'] });
  expect(storableJson(undefined)).toBe('null');
  expect(storableText('a\0\ud800')).toBe('a\ufffd\ufffd');
});

test('of any value nothing is left that Postgres refuses', () => {
  const text = fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)) });
  fc.assert(
    fc.property(fc.oneof(text, fc.array(fc.constantFrom('\\', '\0', 'u0000', '\ud83d', 'ud800', '"')).map((parts) => parts.join(''))), (value) => {
      expect(JSON.parse(storableJson([value]))).toEqual([storableText(value)]);
    }),
  );
});
