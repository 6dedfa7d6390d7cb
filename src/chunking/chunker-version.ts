import type { ChunkSettings } from './chunk';

/** Raised whenever the same text and settings may give other chunks. */
const CHUNKER_VERSION = 1;

/** What made a document's chunks, such as `chunker@1/256/32`: another one means chunking it again. */
export function chunkerVersionOf({ chunkTokens, chunkOverlap }: ChunkSettings): string {
  return `chunker@${CHUNKER_VERSION}/${chunkTokens}/${chunkOverlap}`;
}
