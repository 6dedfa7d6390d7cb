/** Builds a text piece by piece and knows where it stands, so that structure is noted while writing. */
import type { Heading, Table } from '../parsed-document';
import { cleanText, oneLine } from './clean-text';

export class TextBuilder {
  readonly headings: Heading[] = [];
  readonly tables: Table[] = [];
  private readonly pieces: string[] = [];
  /** UTF-16 units written. */
  length = 0;
  /** LFs at the end of what is written. */
  private lineEnds = 0;

  write(text: string): void {
    const clean = cleanText(text);
    if (clean === '') return;
    this.pieces.push(clean);
    this.length += clean.length;
    let end = clean.length;
    while (end > 0 && clean.charCodeAt(end - 1) === 10) end--;
    this.lineEnds = end === 0 ? this.lineEnds + clean.length : clean.length - end;
  }

  /** Ends the line, if one is begun. */
  newLine(): void {
    if (this.length > 0 && this.lineEnds === 0) this.write('\n');
  }

  /** Leaves a blank line, unless nothing is written yet. */
  blankLine(): void {
    if (this.length > 0) while (this.lineEnds < 2) this.write('\n');
  }

  /** A heading on a line of its own. */
  heading(level: number, title: string): void {
    const line = oneLine(title);
    if (line === '') return;
    this.blankLine();
    const start = this.length;
    this.write(`${'#'.repeat(Math.min(level, 6))} ${line}`);
    this.headings.push({ level, title: line, start, end: this.length });
    this.blankLine();
  }

  /** Without line ends and spaces at the end. */
  text(): string {
    return this.pieces.join('').trimEnd();
  }
}
