import { HTTP_CODES } from '../../src/api/problem-details';
import { createApp } from '../../src/api/create-app';
import { neededScope } from '../../src/api/access/authenticate';
import { openApiDocument } from '../../src/api/openapi-document';
import { ERROR_KINDS } from '../../src/domain/errors';
import { readText, tableRows } from './repository';

const page = readText('docs/api.md');

/** Nothing is asked of what it is made from. */
function operations(): string[] {
  const app = createApp({ service: {} as never, watchers: {} as never, uploads: {} as never, sourceRoots: [], keys: [], corsOrigins: [], metrics: {} as never, namespace: 'default', temporalUiUrl: undefined, version: '0', logError: () => undefined });
  return Object.entries(openApiDocument(app, '0', false).paths ?? {}).flatMap(([address, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${address}`));
}

test('the page lists every operation, each with the scope that it needs', () => {
  const listed = tableRows(page).flatMap(([operation = '', , scope]) => {
    const [, method, address] = /^`([A-Z]+) (\/\S*)`$/.exec(operation) ?? [];
    return method && address ? [{ operation: `${method} ${address}`, method, address, scope }] : [];
  });
  expect(listed.map(({ operation }) => operation).sort()).toEqual(operations().sort());
  for (const { operation, method, address, scope } of listed) {
    if (scope !== 'none') expect({ operation, scope }).toEqual({ operation, scope: neededScope(method, address.replace(/\{\w+\}/, 'x')) });
  }
});

test('the page gives each code its HTTP status', () => {
  const described = tableRows(page).flatMap(([status = '', codes = '']) => (/^\d{3}$/.test(status) ? codes.split(', ').map((code) => [code, Number(status)] as const) : []));
  const expected = Object.entries({ ...ERROR_KINDS, ...HTTP_CODES }).map(([code, { httpStatus }]) => [code, httpStatus] as const);
  expect(Object.fromEntries(described)).toEqual(Object.fromEntries(expected));
  expect(described).toHaveLength(expected.length);
});
