/** Takes comments out of Markdown, line by line: HTML's and MDX's, whose form also anchors headings. Never out of code, and never the text after one that is not closed. */

const COMMENTS = [
  { open: '<!--', close: '-->' },
  { open: '{/*', close: '*/}' },
] as const;

export class CommentStripper {
  /** The close that is waited for, over lines. */
  private waitingFor: string | undefined;

  /** @param text the whole text: tells whether a comment is closed at all */
  constructor(private readonly text: string) {}

  get insideComment(): boolean {
    return this.waitingFor !== undefined;
  }

  /**
   * The line without its comments; undefined: nothing but a comment was on it.
   * @param start where the line begins in the text
   */
  strip(line: string, start: number): string | undefined {
    let kept = '';
    let position = 0;
    let stripped = false;
    while (position < line.length || this.waitingFor !== undefined) {
      if (this.waitingFor !== undefined) {
        stripped = true;
        const end = line.indexOf(this.waitingFor, position);
        if (end < 0) return kept.trim() === '' ? undefined : kept.trimEnd();
        position = end + this.waitingFor.length;
        this.waitingFor = undefined;
        continue;
      }
      const next = this.nextComment(line, position);
      if (next === undefined) break;
      kept += line.slice(position, next.index);
      position = next.index + next.open.length;
      if (this.isClosed(next.close, start + position)) this.waitingFor = next.close;
      else kept += next.open;
    }
    kept += line.slice(position);
    if (!stripped) return kept;
    return kept.trim() === '' ? undefined : kept.trimEnd();
  }

  private nextComment(line: string, from: number): { index: number; open: string; close: string } | undefined {
    const found = COMMENTS.map(({ open, close }) => ({ index: line.indexOf(open, from), open, close })).filter(({ index }) => index >= 0);
    const next = found.sort((a, b) => a.index - b.index)[0];
    if (next === undefined || !isInCode(line, next.index)) return next;
    const after = line.indexOf('`', next.index);
    return after < 0 ? undefined : this.nextComment(line, after + 1);
  }

  /** The last close is looked for once, so that a thousand unclosed comments cost no more than one. */
  private isClosed(close: string, from: number): boolean {
    let last = this.lastClose.get(close);
    if (last === undefined) this.lastClose.set(close, (last = this.text.lastIndexOf(close)));
    return last >= from;
  }

  private readonly lastClose = new Map<string, number>();
}

/** Whether an odd number of runs of backticks stands before the place and another one after it. */
function isInCode(line: string, index: number): boolean {
  if (!line.includes('`')) return false;
  const runsBefore = line.slice(0, index).match(/`+/g)?.length ?? 0;
  return runsBefore % 2 === 1 && line.includes('`', index);
}
