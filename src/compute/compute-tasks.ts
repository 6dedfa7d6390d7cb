import type { ChunkableDocument } from '../chunking/chunk-document';
import type { ChunkSettings } from '../chunking/chunk';
import type { TokenizerName } from '../tokenizer/tokenizer';

/** What a thread is given at its start. */
export interface ComputeThreadData {
  /** The static model's table, shared by all threads. */
  table: SharedArrayBuffer;
}

export interface ChunkTask {
  documents: readonly ChunkableDocument[];
  tokenizer: TokenizerName;
  settings: ChunkSettings;
}

/** Its result is one Float32Array, the vectors one after the other; all 0 for a text of which the model knows no token. */
export interface EncodeTask {
  texts: readonly string[];
}
