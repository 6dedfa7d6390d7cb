/** Folders for one test file, removed when it is done. Others may pass through, as PostgreSQL's user must. */
import { chmodSync, mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { fileState } from './file-state';

export function createTestFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'sluice-test-')));
  chmodSync(folder, 0o755);
  fileState().folders.push(folder);
  return folder;
}
