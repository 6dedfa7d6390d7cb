/** The static model's token vectors, in memory that all threads share. */
import { closeSync, openSync, readSync, statSync } from 'node:fs';
import path from 'node:path';
import { staticModelFolder } from '../../tokenizer/model-folder';

export const STATIC_DIMENSIONS = 256;

/** Places in the buffer of the file. */
export interface StaticTable {
  /** The whole model.safetensors. */
  readonly buffer: SharedArrayBuffer;
  /** Row of token t: int8 at t × 256. */
  readonly embeddings: Int8Array;
  /** Vector of token t: scale[t] × its row. */
  readonly scale: Float32Array;
}

interface TensorHeader {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

/** Reads the 8 MB file once for all threads of the process. */
export function readStaticTable(folder = staticModelFolder()): StaticTable {
  const file = path.join(folder, 'model.safetensors');
  const bytes = new Uint8Array(new SharedArrayBuffer(statSync(file).size));
  const descriptor = openSync(file, 'r');
  try {
    for (let position = 0; position < bytes.length; ) position += readSync(descriptor, bytes, position, bytes.length - position, position);
  } finally {
    closeSync(descriptor);
  }
  return openStaticTable(bytes.buffer as SharedArrayBuffer);
}

/** The table in a buffer that another thread has read. */
export function openStaticTable(buffer: SharedArrayBuffer): StaticTable {
  const headerBytes = Number(new DataView(buffer).getBigUint64(0, true));
  const header = JSON.parse(Buffer.from(new Uint8Array(buffer, 8, headerBytes)).toString('utf8')) as Record<string, TensorHeader>;
  const range = (name: string): [offset: number, bytes: number] => {
    const [start, end] = header[name]!.data_offsets;
    return [8 + headerBytes + start, end - start];
  };
  const [rowsOffset, rowsBytes] = range('embeddings');
  const [scaleOffset, scaleBytes] = range('scale');
  // safetensors aligns nothing by itself: a float array needs an offset that is a multiple of 4.
  const scale =
    scaleOffset % 4 === 0
      ? new Float32Array(buffer, scaleOffset, scaleBytes / 4)
      : new Float32Array(new Uint8Array(new Uint8Array(buffer, scaleOffset, scaleBytes)).buffer);
  return { buffer, embeddings: new Int8Array(buffer, rowsOffset, rowsBytes), scale };
}
