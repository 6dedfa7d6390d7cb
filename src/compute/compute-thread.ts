/** What runs on a thread of the pool: each exported function is a task. */
import { workerData } from 'node:worker_threads';
import { move } from 'piscina';
import { chunkDocument } from '../chunking/chunk-document';
import type { Chunk } from '../chunking/chunk';
import { StaticEncoder } from '../embedding/static/static-encoder';
import { openStaticTable, STATIC_DIMENSIONS } from '../embedding/static/static-table';
import { getTokenizer } from '../tokenizer/get-tokenizer';
import { getWordPiece } from '../tokenizer/word-piece';
import type { ChunkTask, ComputeThreadData, EncodeTask } from './compute-tasks';

let encoder: StaticEncoder | undefined;

export function chunk({ documents, tokenizer, settings }: ChunkTask): Chunk[][] {
  return documents.map((document) => chunkDocument(document, getTokenizer(tokenizer), settings));
}

export function encode({ texts }: EncodeTask): Float32Array {
  encoder ??= new StaticEncoder(openStaticTable((workerData as ComputeThreadData).table), getWordPiece());
  const vectors = new Float32Array(texts.length * STATIC_DIMENSIONS);
  texts.forEach((text, index) => encoder!.encode(text, vectors.subarray(index * STATIC_DIMENSIONS, (index + 1) * STATIC_DIMENSIONS)));
  return move(vectors) as Float32Array;
}
