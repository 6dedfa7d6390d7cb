/**
 * Without keys the API trusts whoever reaches it on this machine, so no page of another site may reach it through a browser: a name that
 * was rebound to 127.0.0.1 shows in Host, another site shows in Origin.
 */
import type { MiddlewareHandler } from 'hono';
import { HttpProblem } from '../http-problem';

const HINT = { hint: 'Set SLUICE_API_KEYS to serve others.' };

export function loopbackRules(): MiddlewareHandler {
  return async (context, next) => {
    const host = (context.req.header('host') ?? '').toLowerCase();
    if (!isLoopback(host.replace(/:\d+$/, ''))) throw new HttpProblem('FORBIDDEN', 'Without API keys only requests to localhost are served.', HINT);
    const origin = context.req.header('origin');
    if (origin !== undefined && origin.toLowerCase() !== `http://${host}`) {
      throw new HttpProblem('FORBIDDEN', 'Without API keys requests of pages of other origins are refused.', HINT);
    }
    await next();
  };
}

/** Of an address or name as one listens on, or as a Host header names it. */
export function isLoopback(name: string): boolean {
  return name === 'localhost' || name === '::1' || name === '[::1]' || /^127(\.\d{1,3}){3}$/.test(name);
}
