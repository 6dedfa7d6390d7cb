import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A new folder, which PostgreSQL's user reaches too: else the data of root's embedded servers would be elsewhere, and stay when the folder is removed. */
export function makeBenchFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'));
  chmodSync(folder, 0o755);
  return folder;
}
