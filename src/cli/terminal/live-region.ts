/**
 * The lines at the bottom of a terminal that are drawn again and again. Lines said meanwhile go above them. Writes nothing but what is
 * needed: the cursor moves up over what was drawn last, counted at the terminal's present width, so that resizing leaves no debris.
 */
import { widthOf } from './text-width';

export interface TerminalStream {
  write(text: string): unknown;
  readonly columns?: number;
}

const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';
const CLEAR_DOWN = '\x1b[0J';

export class LiveRegion {
  #drawn: readonly string[] = [];

  constructor(private readonly stream: TerminalStream) {}

  /** Each line must fit the terminal. */
  draw(lines: readonly string[]): void {
    this.stream.write(`${HIDE_CURSOR}${this.#back()}${lines.map((line) => `${line}\n`).join('')}${SHOW_CURSOR}`);
    this.#drawn = lines;
  }

  /** Writes a line above the region, which stays. */
  say(line: string): void {
    const lines = this.#drawn;
    this.stream.write(`${this.#back()}${line}\n`);
    this.#drawn = [];
    if (lines.length > 0) this.draw(lines);
  }

  /** Takes the region away. */
  clear(): void {
    if (this.#drawn.length > 0) this.stream.write(this.#back());
    this.#drawn = [];
  }

  #back(): string {
    const columns = this.stream.columns ?? 80;
    const rows = this.#drawn.reduce((sum, line) => sum + Math.max(1, Math.ceil(widthOf(line) / columns)), 0);
    return rows > 0 ? `\x1b[${rows}A\r${CLEAR_DOWN}` : '';
  }
}
