/** CPU-bound work (chunking, the static model) on threads, off the event loop on which the worker talks to Temporal and Postgres. */
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { Piscina } from 'piscina';
import type { Chunk, ChunkSettings } from '../chunking/chunk';
import type { ChunkableDocument } from '../chunking/chunk-document';
import { readStaticTable, STATIC_DIMENSIONS } from '../embedding/static/static-table';
import type { TokenizerName } from '../tokenizer/tokenizer';
import type { ChunkTask, ComputeThreadData, EncodeTask } from './compute-tasks';

export interface ComputePool {
  readonly threads: number;
  /** The chunks of each document, in the order of the documents. */
  chunk(documents: readonly ChunkableDocument[], tokenizer: TokenizerName, settings: ChunkSettings): Promise<Chunk[][]>;
  /** A vector of 256 components and length 1 for each text; null for a text of which the static model knows no token. */
  encode(texts: readonly string[]): Promise<(Float32Array | null)[]>;
  /** Ends the threads; tasks not done are rejected. */
  close(): Promise<void>;
}

export interface ComputePoolOptions {
  /** Default: one a core but one, which is the event loop's. */
  threads?: number;
  /** Gives way to all else on the machine. Only on Linux, where a thread has a priority of its own. */
  inBackground?: boolean;
}

/** Units of text chunked as one task: some 20 ms, so that a batch uses all threads and none waits long. */
const CHUNK_TASK_UNITS = 256 * 1024;
/** A thread that has nothing to do for so long stays: starting one costs 100 ms and its caches. */
const IDLE_TIMEOUT_MS = Infinity;

const BACKGROUND_NICE_INCREMENT = process.platform === 'linux' ? 10 : 0;

/** A thread's work leaves much behind that is dead at once: a small nursery keeps it from growing the process. */
const YOUNG_GENERATION_MB = 8;

/** Threads start when there is work for them. They don't keep a process alive. */
export function createComputePool({ threads = Math.max(1, availableParallelism() - 1), inBackground = false }: ComputePoolOptions = {}): ComputePool {
  let pool: Piscina | undefined;
  let closed = false;

  function run<Result>(name: string, task: ChunkTask | EncodeTask): Promise<Result> {
    if (closed) return Promise.reject(new Error('The compute pool is closed.'));
    pool ??= new Piscina({
      filename: path.join(__dirname, 'compute-thread.js'),
      minThreads: 0,
      maxThreads: threads,
      idleTimeout: IDLE_TIMEOUT_MS,
      niceIncrement: inBackground ? BACKGROUND_NICE_INCREMENT : 0,
      resourceLimits: { maxYoungGenerationSizeMb: YOUNG_GENERATION_MB },
      workerData: { table: readStaticTable().buffer } satisfies ComputeThreadData,
    });
    return pool.run(task, { name });
  }

  return {
    threads,
    async chunk(documents, tokenizer, settings) {
      const tasks = groupByLength(documents).map((group) => run<Chunk[][]>('chunk', { documents: group.map(({ text, structure }) => ({ text, structure })), tokenizer, settings }));
      return (await Promise.all(tasks)).flat();
    },
    async encode(texts) {
      if (texts.length === 0) return [];
      const vectors = await run<Float32Array>('encode', { texts });
      return texts.map((_, index) => {
        const vector = vectors.subarray(index * STATIC_DIMENSIONS, (index + 1) * STATIC_DIMENSIONS);
        return vector.some((component) => component !== 0) ? vector : null;
      });
    },
    async close() {
      closed = true;
      await pool?.destroy();
    },
  };
}

/** Neighbouring documents, in order, in groups of about CHUNK_TASK_UNITS. */
function groupByLength(documents: readonly ChunkableDocument[]): ChunkableDocument[][] {
  const groups: ChunkableDocument[][] = [];
  let units = Infinity;
  for (const document of documents) {
    if (units >= CHUNK_TASK_UNITS) {
      groups.push([]);
      units = 0;
    }
    groups[groups.length - 1]!.push(document);
    units += document.text.length;
  }
  return groups;
}
