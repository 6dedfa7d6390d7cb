/** The ParserPool: which child takes which request, and when a child is replaced. What happens inside a request is ParserChild's. */
import { availableParallelism } from 'node:os';
import { SluiceError } from '../domain/errors';
import { mayBeContainer } from './containers/container-ending';
import type { FileContent, ParseRequest, ParseResult, ParserPool, RecordPage } from './parser-pool';
import type { Methods, Request } from './pool/messages';
import { ParserChild } from './pool/parser-child';

export interface ParserPoolOptions {
  /** Child processes, at most. Default: one a core. */
  children?: number;
  /** For one document. Default 60,000. */
  timeLimitMs?: number;
  /** Of one child, resident. Default 512 MiB. */
  memoryLimitBytes?: number;
  /** The user's own parsers: see readParserModules. */
  parserModules?: readonly string[];
}

const DEFAULT_TIME_LIMIT_MS = 60_000;
const DEFAULT_MEMORY_LIMIT_BYTES = 512 * 2 ** 20;
/** What a library leaks or a document leaves behind ends with the child. So many that starting another costs next to nothing of their time. */
const DOCUMENTS_A_CHILD = 5_000;
/** One in the middle of a container is kept for longer: the next would have to read the container again. */
const DOCUMENTS_A_LISTING_CHILD = 10_000;
/** A child grown larger by one document is replaced: the worker and its children are to stay below 500 MB. */
const MAX_IDLE_BYTES = 160 * 2 ** 20;
const IDLE_CHILD_LIVES_MS = 30_000;
/** Listing from the middle of a file may have to read all before it again, at no less than this speed. */
const LISTING_BYTES_A_MS = 10_000;

export function createParserPool(options: ParserPoolOptions = {}): ParserPool {
  return new ChildProcessPool({
    children: options.children ?? availableParallelism(),
    timeLimitMs: options.timeLimitMs ?? DEFAULT_TIME_LIMIT_MS,
    memoryLimitBytes: options.memoryLimitBytes ?? DEFAULT_MEMORY_LIMIT_BYTES,
    parserModules: options.parserModules ?? [],
  });
}

/** The place of a child: empty until there is work, and again after it was idle for a while. */
interface Slot {
  child?: ParserChild;
  isBusy: boolean;
  idleTimer?: NodeJS.Timeout;
}

interface Task {
  request: Request;
  timeLimitMs: number;
  signal: AbortSignal;
  isSecondTry: boolean;
  resolve(value: Methods[keyof Methods]['answer']): void;
  reject(reason: unknown): void;
}

class ChildProcessPool implements ParserPool {
  private readonly slots: Slot[];
  private queue: Task[] = [];
  private readonly watchedSignals = new WeakSet<AbortSignal>();
  /** Path of a container → the child that knows the identifiers listed so far. */
  private readonly listings = new Map<string, Slot>();
  /** Children that were killed and have not ended yet. */
  private readonly dying = new Set<Promise<void>>();
  private isClosed = false;

  constructor(private readonly options: Required<ParserPoolOptions>) {
    this.slots = Array.from({ length: Math.max(1, options.children) }, () => ({ isBusy: false }));
  }

  parse(request: ParseRequest, signal: AbortSignal): Promise<ParseResult> {
    return this.enqueue({ method: 'parse', ...request }, this.options.timeLimitMs, signal);
  }

  async isContainer(uri: string, content: FileContent, signal: AbortSignal): Promise<boolean> {
    return mayBeContainer(uri) && this.enqueue({ method: 'isContainer', uri, content }, this.options.timeLimitMs, signal);
  }

  async listRecords(uri: string, content: FileContent, from: number, limit: number, signal: AbortSignal): Promise<RecordPage> {
    const timeLimitMs = this.options.timeLimitMs + from / LISTING_BYTES_A_MS;
    const page = await this.enqueue({ method: 'listRecords', uri, content, from, limit }, timeLimitMs, signal);
    if (page.next === undefined) this.listings.delete(content.path);
    return page;
  }

  async close(): Promise<void> {
    this.isClosed = true;
    for (const task of this.queue.splice(0)) task.reject(closedError());
    this.slots.forEach((slot) => this.retire(slot));
    await Promise.all(this.dying);
  }

  private enqueue<M extends keyof Methods>(
    request: Extract<Request, { method: M }>,
    timeLimitMs: number,
    signal: AbortSignal,
  ): Promise<Methods[M]['answer']> {
    return new Promise((resolve, reject) => {
      if (this.isClosed) return reject(closedError());
      if (signal.aborted) return reject(signal.reason);
      this.queue.push({ request, timeLimitMs, signal, isSecondTry: false, resolve: resolve as Task['resolve'], reject });
      if (!this.watchedSignals.has(signal)) {
        // One listener a signal, however many requests wait under it.
        this.watchedSignals.add(signal);
        signal.addEventListener('abort', () => this.abandonQueued(signal), { once: true });
      }
      this.dispatch();
    });
  }

  private abandonQueued(signal: AbortSignal): void {
    const abandoned = this.queue.filter((task) => task.signal === signal);
    this.queue = this.queue.filter((task) => task.signal !== signal);
    for (const task of abandoned) task.reject(signal.reason);
  }

  private dispatch(): void {
    for (const slot of this.slots) {
      if (slot.isBusy) continue;
      const place = this.queue.findIndex((task) => (this.listings.get(listedPath(task.request) ?? '') ?? slot) === slot);
      const task = this.queue[place];
      if (task === undefined) continue;
      this.queue.splice(place, 1);
      void this.work(slot, task);
    }
  }

  private async work(slot: Slot, task: Task): Promise<void> {
    slot.isBusy = true;
    clearTimeout(slot.idleTimer);
    const path = listedPath(task.request);
    // Killed by somebody else while it had nothing to do: nobody would answer.
    if (slot.child?.isAlive === false) this.retire(slot);
    if (path !== undefined) this.listings.set(path, slot);
    try {
      // A system that is out of memory or handles may refuse another process at once.
      slot.child ??= new ParserChild(this.options.parserModules, this.options.memoryLimitBytes);
      task.resolve(await slot.child.run(task.request, task.timeLimitMs, task.signal));
    } catch (error) {
      if (path !== undefined) this.listings.delete(path);
      if (slot.child?.wasKilledByOthers && !task.isSecondTry && !this.isClosed) this.queue.unshift({ ...task, isSecondTry: true });
      else task.reject(this.isClosed ? closedError() : error);
    }
    slot.isBusy = false;
    if (slot.child === undefined || this.isWornOut(slot, slot.child)) this.retire(slot);
    else slot.idleTimer = setTimeout(() => this.retire(slot), IDLE_CHILD_LIVES_MS).unref();
    this.dispatch();
  }

  private isWornOut(slot: Slot, child: ParserChild): boolean {
    if (!child.isAlive || this.isClosed) return true;
    // Another child would have to read the container again from its begin.
    const isListing = [...this.listings.values()].includes(slot) && child.documents < DOCUMENTS_A_LISTING_CHILD;
    return !isListing && (child.documents >= DOCUMENTS_A_CHILD || child.residentBytes > MAX_IDLE_BYTES);
  }

  private retire(slot: Slot): void {
    clearTimeout(slot.idleTimer);
    const { child } = slot;
    if (child === undefined) return;
    slot.child = undefined;
    for (const [path, lister] of this.listings) if (lister === slot) this.listings.delete(path);
    const gone = child.kill().finally(() => this.dying.delete(gone));
    this.dying.add(gone);
  }
}

function listedPath(request: Request): string | undefined {
  return request.method === 'listRecords' ? request.content.path : undefined;
}

function closedError(): SluiceError {
  return new SluiceError('INTERNAL', 'The parser pool is closed.');
}
