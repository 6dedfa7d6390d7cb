/** Lets a request pass whose key may do what it asks for. */
import type { Context, MiddlewareHandler } from 'hono';
import { HttpProblem } from '../http-problem';
import type { ApiEnv } from '../api-env';
import { findApiKey, mayDo, type ApiKey, type Scope } from './api-keys';

export function authenticate(keys: readonly ApiKey[]): MiddlewareHandler<ApiEnv> {
  return async (context, next) => {
    const token = bearerToken(context);
    const key = token === undefined ? undefined : findApiKey(keys, token);
    if (key === undefined) {
      const why = token === undefined ? 'The request has no API key.' : 'The API key is not known.';
      throw new HttpProblem('UNAUTHENTICATED', why, { headers: { 'WWW-Authenticate': 'Bearer' } });
    }
    const needed = neededScope(context.req.method, context.req.path);
    if (!mayDo(key.scope, needed)) {
      throw new HttpProblem('FORBIDDEN', `This needs the scope ${needed}; the key ${key.name} has ${key.scope}.`, { hint: 'Use another key.' });
    }
    context.set('client', key.name);
    await next();
  };
}

/** For what is answered to everybody, and tells more to whoever has a key, of any scope. */
export function hasKey(context: Context, keys: readonly ApiKey[]): boolean {
  const token = bearerToken(context);
  return token !== undefined && findApiKey(keys, token) !== undefined;
}

function bearerToken(context: Context): string | undefined {
  return /^Bearer +(\S+) *$/i.exec(context.req.header('authorization') ?? '')?.[1];
}

/** To search is to read, although the question is posted. */
export function neededScope(method: string, path: string): Scope {
  if (method === 'GET' || method === 'HEAD' || /^\/v1\/collections\/[^/]+\/search$/.test(path)) return 'read';
  return method === 'DELETE' ? 'admin' : 'control';
}
