/**
 * Takes comments out of Markdown, line by line: HTML's and MDX's, whose form also anchors headings. Never out of code, and never the text
 * after one that is not closed.
 */

const CLOSES: ReadonlyMap<string, string> = new Map([
  ['<!--', '-->'],
  ['{/*', '*/}'],
]);
const TOKENS = /<!--|\{\/\*|`+/g;

interface Open {
  index: number;
  length: number;
  close: string;
}

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
    const opens = this.waitingFor === undefined ? opensOutsideCode(line) : undefined;
    if (opens?.length === 0) return line;
    let kept = '';
    let position = 0;
    let stripped = false;
    for (const open of this.opensFrom(line, opens)) {
      if (open.index < position) continue;
      kept += line.slice(position, open.index);
      const textStart = open.index + open.length;
      position = textStart;
      if (!this.isClosed(open.close, start + textStart)) {
        kept += line.slice(open.index, textStart);
        continue;
      }
      stripped = true;
      const end = line.indexOf(open.close, textStart);
      if (end < 0) {
        this.waitingFor = open.close;
        return kept.trim() === '' ? undefined : kept.trimEnd();
      }
      position = end + open.close.length;
    }
    if (!stripped) return line;
    kept += line.slice(position);
    return kept.trim() === '' ? undefined : kept.trimEnd();
  }

  /** A comment that was open before the line is one that opens at its begin. */
  private opensFrom(line: string, opens: readonly Open[] | undefined): readonly Open[] {
    if (opens !== undefined || this.waitingFor === undefined) return opens ?? [];
    const close = this.waitingFor;
    const end = line.indexOf(close);
    this.waitingFor = undefined;
    const rest = end < 0 ? [] : opensOutsideCode(line, end + close.length);
    return [{ index: 0, length: 0, close }, ...rest];
  }

  /** The last close is looked for once, so that a thousand unclosed comments cost no more than one. */
  private isClosed(close: string, from: number): boolean {
    let last = this.lastClose.get(close);
    if (last === undefined) this.lastClose.set(close, (last = this.text.lastIndexOf(close)));
    return last >= from;
  }

  private readonly lastClose = new Map<string, number>();
}

/** Where comments begin, from a place in the line on, but for those between two runs of backticks. One pass. */
function opensOutsideCode(line: string, from = 0): Open[] {
  const opens: Open[] = [];
  let inCode: Open[] | undefined;
  TOKENS.lastIndex = from;
  for (let token = TOKENS.exec(line); token !== null; token = TOKENS.exec(line)) {
    const close = CLOSES.get(token[0]);
    if (close === undefined) inCode = inCode === undefined ? [] : undefined;
    else (inCode ?? opens).push({ index: token.index, length: token[0].length, close });
  }
  // A run of backticks without another one begins no code.
  return inCode === undefined ? opens : opens.concat(inCode);
}
