/** Writes JSON as lines `key: value`, straight from its tokens: linear, no recursion, and no object is made that a key could pollute. */
import { oneLine } from '../text/clean-text';
import type { TextBuilder } from '../text/text-builder';

const TOKEN = /[{}[\],:]|"(?:[^"\\]|\\.)*"|[^\s{}[\],:"]+/gy;
const WHITE_SPACE = /\s*/y;
/** Deeper lines are indented no further: an indentation that grew with the depth would be quadratic. */
const MAX_INDENT = 8;
const HEADING_LEVELS = 3;

/** @param source valid JSON */
export function writeJsonLeaves(source: string, out: TextBuilder): void {
  /** The containers that are open; true: an array. */
  const open: boolean[] = [];
  let key: string | undefined;
  let itemBegins = false;
  const line = (text: string): void => {
    const depth = Math.max(0, Math.min(open.length - 1, MAX_INDENT));
    out.newLine();
    out.write(itemBegins && depth > 0 ? `${'  '.repeat(depth - 1)}- ${text}` : `${'  '.repeat(depth)}${text}`);
    itemBegins = false;
  };
  for (let position = 0; ;) {
    WHITE_SPACE.lastIndex = position;
    WHITE_SPACE.exec(source);
    TOKEN.lastIndex = WHITE_SPACE.lastIndex;
    const token = TOKEN.exec(source)?.[0];
    if (token === undefined) return;
    position = TOKEN.lastIndex;
    if (token === '{' || token === '[') {
      if (key !== undefined) {
        const start = out.length;
        line(`${oneLine(key)}:`);
        if (open.length <= HEADING_LEVELS) addHeading(out, open.length, key, start);
      } else if (open.at(-1) === true) itemBegins = true;
      key = undefined;
      open.push(token === '[');
    } else if (token === '}' || token === ']') {
      open.pop();
      itemBegins = false;
    } else if (token === ',' || token === ':') continue;
    else if (open.at(-1) === false && key === undefined) key = stringOf(token);
    else {
      const value = token.startsWith('"') ? stringOf(token) : token;
      if (open.at(-1) === true) line(`- ${value}`);
      else line(key === undefined ? value : `${oneLine(key)}: ${value}`);
      key = undefined;
    }
  }
}

function addHeading(out: TextBuilder, level: number, key: string, lineStart: number): void {
  const title = oneLine(key);
  if (title !== '') out.headings.push({ level, title, start: lineStart === 0 ? 0 : lineStart + 1, end: out.length });
}

function stringOf(token: string): string {
  return token.includes('\\') ? (JSON.parse(token) as string) : token.slice(1, -1);
}
