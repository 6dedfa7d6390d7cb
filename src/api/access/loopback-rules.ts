/**
 * Without keys the API trusts whoever reaches it on this machine, so no page of another site may reach it through a browser: a name that
 * was rebound to 127.0.0.1 shows in Host, another site shows in Origin, and in Sec-Fetch-Site where a browser sends no Origin, as with
 * the address of an image. To follow a link to the dashboard is no reach: the page that holds the link sees nothing of it.
 */
import type { Context, MiddlewareHandler } from 'hono';
import { HttpProblem } from '../http-problem';

const HINT = { hint: 'Set SLUICE_API_KEYS to serve others.' };

export function loopbackRules(): MiddlewareHandler {
  return async (context, next) => {
    const host = (context.req.header('host') ?? '').toLowerCase();
    if (!isLoopback(host.replace(/:\d+$/, ''))) throw new HttpProblem('FORBIDDEN', 'Without API keys only requests to localhost are served.', HINT);
    const origin = context.req.header('origin');
    if ((origin !== undefined && origin.toLowerCase() !== `http://${host}`) || isSentByAnotherSite(context)) {
      throw new HttpProblem('FORBIDDEN', 'Without API keys requests of pages of other origins are refused.', HINT);
    }
    await next();
  };
}

/** Another port of this machine is the same site. */
function isSentByAnotherSite({ req }: Context): boolean {
  const site = req.header('sec-fetch-site');
  if (req.path.startsWith('/v1/')) return site === 'cross-site' || site === 'same-site';
  const isNavigation = req.method === 'GET' && req.header('sec-fetch-mode') === 'navigate' && req.header('sec-fetch-dest') === 'document';
  return site === 'cross-site' && !isNavigation;
}

/** Of an address or name as one listens on, or as a Host header names it. */
export function isLoopback(name: string): boolean {
  return name === 'localhost' || name === '::1' || name === '[::1]' || /^127(\.\d{1,3}){3}$/.test(name);
}
