/**
 * The kinds of source that a worker reads, by name. The next kind is added here, in the Source type (src/domain/ingestion-input.ts) and in
 * the schemas (src/input/source-schema.ts); users add theirs through `createWorker({ sources })`.
 */
import { SluiceError } from '../domain/errors';
import type { Source } from '../domain/ingestion-input';
import { createFolderReader, type FolderReaderDependencies } from './folder-source';
import type { OwnSourceReader, SourceReader } from './source-reader';

export interface SourceReaders {
  /** Throws INVALID_INPUT, naming the kinds that there are. */
  getReader(source: Source): SourceReader;
}

export interface SourceReadersDependencies extends FolderReaderDependencies {
  /** Readers of further kinds; one of a kind that Sluice has replaces it. */
  sources?: readonly OwnSourceReader[];
}

export function createSourceReaders({ sources = [], ...dependencies }: SourceReadersDependencies): SourceReaders {
  const readers = new Map<string, SourceReader>();
  // Each is given sources of its own kind only, which the check of a job's input has seen to.
  for (const reader of [createFolderReader(dependencies), ...(sources as readonly unknown[] as readonly SourceReader[])]) readers.set(reader.kind, reader);

  return {
    getReader(source) {
      const reader = readers.get(source.kind);
      if (reader) return reader;
      throw new SluiceError(
        'INVALID_INPUT',
        `This worker reads no source of kind ${JSON.stringify(source.kind)}: it reads ${[...readers.keys()].join(', ')}.`,
      );
    },
  };
}
