/**
 * Serves the dashboard (src/dashboard, built by vite): its files, and its first page at the address of each of its pages. They hold no
 * data, so nobody needs a key for them; what they may load and reach is this server alone.
 */
import path from 'node:path';
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { ApiEnv } from './api-env';
import { readDashboard, type DashboardFile } from './dashboard-files';

const FOLDER = path.join(__dirname, '..', '..', 'dashboard');
const FIRST_PAGE = '/index.html';
/** As src/dashboard/routing/route.ts has them. */
const PAGES = ['/', '/jobs/:jobId', '/new-job', '/upload', '/collections', '/collections/:name', '/collections/:name/document', '/search'];

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');

/** Throws when the dashboard was not built. The answer gives the page of addresses where there is nothing, to browsers. */
export function registerDashboard(app: OpenAPIHono<ApiEnv>): (context: Context<ApiEnv>) => Response | undefined {
  const files = readDashboard(FOLDER);
  const firstPage = files.get(FIRST_PAGE)!;
  for (const page of PAGES) app.get(page, (context) => answer(context, firstPage, 'no-cache'));
  for (const [address, file] of files) {
    if (address === FIRST_PAGE) continue;
    // The names in assets/ change with what is in them.
    const caching = address.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache';
    app.get(address, (context) => answer(context, file, caching));
  }
  return (context) => {
    const isBrowsing = context.req.method === 'GET' && /\btext\/html\b/.test(context.req.header('accept') ?? '') && !context.req.path.startsWith('/v1/');
    return isBrowsing ? answer(context, firstPage, 'no-store', 404) : undefined;
  };
}

function answer(context: Context<ApiEnv>, { body, compressed, type, etag }: DashboardFile, caching: string, status: 200 | 404 = 200): Response {
  context.header('Content-Security-Policy', CONTENT_SECURITY_POLICY);
  context.header('Cache-Control', caching);
  context.header('ETag', etag);
  context.header('Vary', 'Accept-Encoding');
  if (context.req.header('if-none-match') === etag) return context.body(null, 304);
  context.header('Content-Type', type);
  const isCompressed = compressed !== undefined && /\bgzip\b/.test(context.req.header('accept-encoding') ?? '');
  if (isCompressed) context.header('Content-Encoding', 'gzip');
  return context.body(new Uint8Array(isCompressed ? compressed : body), status);
}
