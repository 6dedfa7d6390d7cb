/**
 * Writes a tree of HTML as Markdown and notes headings and tables while doing so. Only blocks have markup (headings, lists, code, tables,
 * quotes): inside a line there is none, so that a sentence is found as it was read.
 */
import type { TextBuilder } from '../text/text-builder';
import { readDataTable } from './data-table';
import { measureText, type HtmlElement, type HtmlNode } from './html-tree';

const BLOCKS = new Set([
  '#root',
  'address',
  'article',
  'aside',
  'blockquote',
  'body',
  'center',
  'dd',
  'details',
  'div',
  'dl',
  'dt',
  'fieldset',
  'figcaption',
  'figure',
  'footer',
  'form',
  'h1',
  'h2',
  'h3',
  'h4',
  'h5',
  'h6',
  'header',
  'hgroup',
  'hr',
  'html',
  'legend',
  'li',
  'main',
  'nav',
  'ol',
  'p',
  'pre',
  'section',
  'summary',
  'table',
  'tbody',
  'td',
  'tfoot',
  'th',
  'thead',
  'tr',
  'ul',
  'caption',
]);
/** These follow the line before without a blank one. */
const TIGHT = new Set(['li', 'dd', 'dt', 'tr', 'td', 'th', 'summary', 'figcaption', 'caption']);
/** Deeper lists are indented no further. */
const MAX_INDENT = 16;
const LINE_BREAK = '\u0001';

interface Place {
  /** Written before each line of a block: quote marks and the indentation of lists. */
  prefix: string;
  /** Written instead of the prefix before the next line: a list item's bullet. */
  bullet?: string;
  isTight: boolean;
}

export function writeMarkdown(root: HtmlElement, out: TextBuilder): void {
  writeBlock(root, { prefix: '', isTight: false }, out);
}

function writeBlock(element: HtmlElement, place: Place, out: TextBuilder): void {
  let line = '';
  const flush = (): void => {
    writeParagraph(line, place, out);
    line = '';
  };
  for (const child of element.children) {
    if (typeof child !== 'string' && holdsBlock(child)) {
      flush();
      writeChild(child, element, place, out);
    } else line += inlineText(child);
  }
  flush();
}

function writeChild(child: HtmlElement, parent: HtmlElement, place: Place, out: TextBuilder): void {
  const heading = /^h([1-6])$/.exec(child.name)?.[1];
  if (heading !== undefined) return out.heading(Number(heading), inlineText(child).replaceAll(LINE_BREAK, ' '));
  switch (child.name) {
    case 'pre':
      return writeCode(child, out);
    case 'table':
      return writeTable(child, place, out);
    case 'blockquote':
      out.blankLine();
      return writeBlock(child, { prefix: `${place.prefix}> `, isTight: false }, out);
    case 'li': {
      const bullet = parent.name === 'ol' ? `${itemNumber(parent, child)}. ` : '- ';
      const prefix = place.prefix.length < MAX_INDENT ? `${place.prefix}${' '.repeat(bullet.length)}` : place.prefix;
      return writeBlock(child, { prefix, bullet: `${place.prefix}${bullet}`, isTight: true }, out);
    }
    case 'ul':
    case 'ol':
      if (!place.isTight) out.blankLine();
      writeBlock(child, { prefix: place.prefix, isTight: true }, out);
      if (!place.isTight) out.blankLine();
      return;
    case 'hr':
      return out.blankLine();
  }
  const isTight = TIGHT.has(child.name) || (place.isTight && child.name !== 'dl');
  if (!isTight) out.blankLine();
  const inner: Place = { prefix: place.prefix, isTight };
  if (place.bullet !== undefined) inner.bullet = place.bullet;
  const before = out.length;
  writeBlock(child, inner, out);
  // The first block of an item took its bullet.
  if (out.length > before) delete place.bullet;
  if (!isTight) out.blankLine();
}

function writeParagraph(text: string, place: Place, out: TextBuilder): void {
  const lines = text
    .split(LINE_BREAK)
    .map(collapse)
    .filter((line) => line !== '');
  if (lines.length === 0) return;
  if (place.isTight) out.newLine();
  else out.blankLine();
  for (const line of lines) {
    out.newLine();
    out.write(`${place.bullet ?? place.prefix}${line}`);
    delete place.bullet;
  }
  if (place.isTight) out.newLine();
  else out.blankLine();
}

function writeCode(element: HtmlElement, out: TextBuilder): void {
  const code = rawText(element).replace(/^\n+|\s+$/g, '');
  if (code === '') return;
  out.blankLine();
  const longest = Math.max(2, ...(code.match(/`{3,}/g) ?? []).slice(0, 100).map((ticks) => ticks.length));
  const fence = '`'.repeat(longest + 1);
  out.write(`${fence}\n${code}\n${fence}`);
  out.blankLine();
}

function writeTable(element: HtmlElement, place: Place, out: TextBuilder): void {
  const table = readDataTable(element, (cell) => collapse(inlineText(cell).replaceAll(LINE_BREAK, ' ')));
  out.blankLine();
  // A table for layout: its cells are blocks.
  if (table === undefined) return writeBlock(element, { prefix: place.prefix, isTight: false }, out);
  if (table.caption !== '') out.write(`${table.caption}\n\n`);
  const start = out.length;
  const [header, ...rows] = [...(table.header === undefined ? [] : [table.header]), ...table.rows].map(
    (cells) => `| ${cells.join(' | ')} |`,
  );
  if (header === undefined) return;
  const delimiter = table.header === undefined ? [] : [`|${' --- |'.repeat(table.header.length)}`];
  out.write([header, ...delimiter, ...rows].join('\n'));
  if (table.header !== undefined) out.tables.push({ start, end: out.length, header });
  out.blankLine();
}

function itemNumber(list: HtmlElement, item: HtmlElement): number {
  const first = Number.parseInt(list.attributes.start ?? '1', 10);
  const place = list.children.filter((child) => typeof child !== 'string' && child.name === 'li').indexOf(item);
  return (Number.isNaN(first) ? 1 : first) + place;
}

/** Whether it is a block or has one inside: an inline element around blocks is passed through. */
function holdsBlock(element: HtmlElement): boolean {
  return BLOCKS.has(element.name) || element.children.some((child) => typeof child !== 'string' && holdsBlock(child));
}

/** Text on one line, white space not yet collapsed; blocks inside are separated by spaces. */
function inlineText(node: HtmlNode): string {
  if (typeof node === 'string') return node.replaceAll(LINE_BREAK, '');
  if (node.name === 'br') return LINE_BREAK;
  if (node.name === 'wbr') return '';
  if (node.name === 'img') return ` ${node.attributes.alt ?? ''} `;
  const text = node.children.map(inlineText).join('');
  // A link that is a picture is a logo or a button, whose alternative text names where it leads.
  if (node.name === 'a' && measureText(node).text === 0) return ' ';
  return BLOCKS.has(node.name) ? ` ${text} ` : text;
}

function rawText(node: HtmlNode): string {
  if (typeof node === 'string') return node;
  return node.name === 'br' ? '\n' : node.children.map(rawText).join('');
}

function collapse(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
