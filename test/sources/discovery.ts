/** Runs whole discoveries. */
import { createFolderReader } from '../../src/sources/folder-source';
import type { DiscoveredItem } from '../../src/sources/source-reader';
import type { FolderSource } from '../../src/domain/ingestion-input';
import { createInProcessParsers } from './in-process-parsers';

const NEVER = new AbortController().signal;

/** Every item, page by page. @param betweenPages runs after each page but the last */
export async function discoverAll(
  source: Omit<FolderSource, 'kind'>,
  limit = 1_000,
  betweenPages: () => void = () => {},
): Promise<DiscoveredItem[]> {
  const items: DiscoveredItem[] = [];
  let cursor: string | undefined;
  do {
    // A new reader a page: nothing may depend on what the one before remembers.
    const reader = createFolderReader({ parsers: createInProcessParsers() });
    const page = await reader.discover({ kind: 'folder', ...source }, cursor, limit, NEVER);
    if (page.items.length > limit) throw new Error(`a page of ${page.items.length} items, where ${limit} were asked for`);
    items.push(...page.items);
    cursor = page.next;
    if (cursor !== undefined) betweenPages();
  } while (cursor !== undefined);
  return items;
}

/** `document a.md`, `ignored b.png`, `READ_ERROR c.md`. */
export function summary(items: readonly DiscoveredItem[]): string[] {
  return items.map((item) => `${item.kind === 'broken' ? item.code : item.kind} ${item.uri}`);
}
