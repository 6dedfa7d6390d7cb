/** WordPiece of the static model: words of a text with their place in it, and the token ids of a word. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { classOf, GAP, normalForm, SINGLE } from './bert-characters';
import { staticModelFolder } from './model-folder';
import { isHighSurrogate, type OnPiece } from './piece-list';
import { WordCache } from './word-cache';

const CONTINUATION = '##';
const MAX_CACHED_UNITS = 64;
const ASCII_WORD = /^[a-z0-9]+$/i;

interface VocabularyFile {
  model: { vocab: Record<string, number>; max_input_chars_per_word: number };
}

export class WordPiece {
  readonly #first = new Map<string, number>();
  readonly #next = new Map<string, number>();
  readonly #maxWordCharacters: number;
  readonly #cache = new WordCache<readonly number[]>();
  #longestToken = 0;

  constructor(folder = staticModelFolder()) {
    const { model } = JSON.parse(readFileSync(path.join(folder, 'tokenizer.json'), 'utf8')) as VocabularyFile;
    this.#maxWordCharacters = model.max_input_chars_per_word;
    for (const [token, id] of Object.entries(model.vocab)) {
      this.#first.set(token, id);
      if (token.startsWith(CONTINUATION)) this.#next.set(token.slice(CONTINUATION.length), id);
      this.#longestToken = Math.max(this.#longestToken, token.length);
    }
  }

  /**
   * Calls `onWord` for each word and `onGap` for white space, in order, covering the text. A word may hold dropped characters, even
   * nothing else.
   */
  scan(text: string, onWord: OnPiece, onGap: OnPiece): void {
    const length = text.length;
    for (let start = 0; start < length; ) {
      const kind = classAt(text, start);
      let end = start + widthAt(text, start);
      if (kind !== SINGLE) while (end < length && classAt(text, end) === kind) end += widthAt(text, end);
      if (kind === GAP) onGap(start, end);
      else onWord(start, end);
      start = end;
    }
  }

  /** Token ids of a word of the original text; none when the vocabulary can't spell all of it. */
  idsOf(word: string): readonly number[] {
    if (word.length > MAX_CACHED_UNITS) return this.#encode(word);
    let ids = this.#cache.get(word);
    if (ids === undefined) this.#cache.set(word, (ids = this.#encode(word)));
    return ids;
  }

  /** Greedy: the longest token first. */
  #encode(original: string): readonly number[] {
    const word = ASCII_WORD.test(original) ? original.toLowerCase() : normalForm(original);
    if (word.length > this.#maxWordCharacters && [...word].length > this.#maxWordCharacters) return [];
    const ids: number[] = [];
    for (let start = 0; start < word.length; ) {
      const tokens = start === 0 ? this.#first : this.#next;
      let end = Math.min(word.length, start + this.#longestToken);
      let id: number | undefined;
      while (end > start && (id = tokens.get(word.slice(start, end))) === undefined) end--;
      if (id === undefined) return [];
      ids.push(id);
      start = end;
    }
    return ids;
  }
}

let shared: WordPiece | undefined;

/** The one of this thread: its vocabulary takes 4 MB. */
export function getWordPiece(): WordPiece {
  return (shared ??= new WordPiece());
}

function classAt(text: string, index: number): number {
  const unit = text.charCodeAt(index);
  return isHighSurrogate(unit) ? classOf(text.codePointAt(index)!) : classOf(unit);
}

function widthAt(text: string, index: number): number {
  return isHighSurrogate(text.charCodeAt(index)) && text.codePointAt(index)! > 0xffff ? 2 : 1;
}
