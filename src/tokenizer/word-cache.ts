/** Remembers a value for each of the words seen lately; forgets all of them when it is full, which costs less than keeping their order. */
export class WordCache<T> {
  static readonly MAX_WORDS = 50_000;
  readonly #values = new Map<string, T>();

  get(word: string): T | undefined {
    return this.#values.get(word);
  }

  set(word: string, value: T): void {
    if (this.#values.size >= WordCache.MAX_WORDS) this.#values.clear();
    this.#values.set(ownCopy(word), value);
  }
}

/** A slice keeps the whole text that it was taken from alive; a copy doesn't. */
function ownCopy(slice: string): string {
  return Buffer.from(slice, 'utf16le').toString('utf16le');
}
