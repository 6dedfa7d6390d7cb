/** The dashboard as it was built, in memory: some hundred kilobytes, each file compressed once. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';

export interface DashboardFile {
  body: Buffer;
  /** Absent where compression gains nothing. */
  compressed: Buffer | undefined;
  type: string;
  etag: string;
}

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};
/** A font is compressed already. */
const COMPRESSIBLE = /^text\/|svg/;

/** By path, such as `/assets/index-….js`. Throws when the dashboard was not built. */
export function readDashboard(folder: string): Map<string, DashboardFile> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    files.map((entry) => {
      const file = path.join(entry.parentPath, entry.name);
      const body = readFileSync(file);
      const type = TYPES[path.extname(file)] ?? 'application/octet-stream';
      const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
      const compressed = COMPRESSIBLE.test(type) ? gzipSync(body, { level: 9 }) : undefined;
      return [`/${path.relative(folder, file).split(path.sep).join('/')}`, { body, compressed, type, etag }];
    }),
  );
}
