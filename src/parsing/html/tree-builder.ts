/**
 * HTML → tree, in linear time: htmlparser2's tokenizer with a stack of its own, because the parser that comes with it is quadratic in
 * nesting (100,000 nested elements: 5 s). Tag soup is forgiven as browsers do, by the rules of end tags that may be left out.
 */
import { Tokenizer, type TokenizerCallbacks } from 'htmlparser2';
import type { HtmlElement } from './html-tree';

/** Pages by people are some 30 deep. What is deeper keeps its text, in the innermost element that counts. */
const MAX_DEPTH = 200;
const VOID = new Set([
  'area',
  'base',
  'basefont',
  'br',
  'col',
  'command',
  'embed',
  'frame',
  'hr',
  'img',
  'input',
  'keygen',
  'link',
  'meta',
  'param',
  'source',
  'track',
  'wbr',
]);
/** Text in these is no text of the page. They are not built: an inline script may be larger than the page. */
const SKIPPED = new Set([
  'script',
  'style',
  'template',
  'svg',
  'math',
  'iframe',
  'object',
  'canvas',
  'video',
  'audio',
  'map',
  'noscript',
  'select',
  'datalist',
]);

const CELLS = ['td', 'th'];
const BLOCKS = [
  'address',
  'article',
  'aside',
  'blockquote',
  'div',
  'dl',
  'fieldset',
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
  'hr',
  'main',
  'nav',
  'ol',
  'p',
  'pre',
  'section',
  'table',
  'ul',
];
/** Start tag → innermost elements that end with it. */
const ENDS_WITH: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ...BLOCKS.map((name): [string, string[]] => [name, ['p']]),
  ['li', ['li', 'p']],
  ['dt', ['dt', 'dd', 'p']],
  ['dd', ['dt', 'dd', 'p']],
  ['td', [...CELLS, 'p']],
  ['th', [...CELLS, 'p']],
  ['tr', ['tr', ...CELLS, 'p']],
  ['tbody', ['thead', 'tbody', 'tr', ...CELLS, 'p']],
  ['tfoot', ['thead', 'tbody', 'tr', ...CELLS, 'p']],
  ['body', ['head']],
]);

export function parseHtmlTree(source: string): HtmlElement {
  const builder = new TreeBuilder(source);
  const tokenizer = new Tokenizer({ decodeEntities: true }, builder);
  tokenizer.write(source);
  tokenizer.end();
  return builder.root;
}

class TreeBuilder implements TokenizerCallbacks {
  readonly root: HtmlElement = { name: '#root', attributes: {}, children: [] };
  private readonly open: HtmlElement[] = [this.root];
  /** Elements that are open and were not built: beyond the depth, or inside a skipped one. */
  private unbuilt = 0;
  private skipped: { name: string; depth: number } | undefined;
  private tag = '';
  private attributes: Record<string, string> = {};
  private attribute = '';
  private value = '';

  constructor(private readonly source: string) {}

  ontext(start: number, end: number): void {
    this.addText(this.source.slice(start, end));
  }

  ontextentity(codepoint: number): void {
    this.addText(String.fromCodePoint(codepoint));
  }

  onopentagname(start: number, end: number): void {
    this.tag = this.source.slice(start, end).toLowerCase();
    this.attributes = {};
  }

  onattribname(start: number, end: number): void {
    this.attribute = this.source.slice(start, end).toLowerCase();
    this.value = '';
  }

  onattribdata(start: number, end: number): void {
    this.value += this.source.slice(start, end);
  }

  onattribentity(codepoint: number): void {
    this.value += String.fromCodePoint(codepoint);
  }

  onattribend(): void {
    if (this.attribute !== '__proto__') this.attributes[this.attribute] ??= this.value;
  }

  onopentagend(): void {
    this.startElement();
  }

  onselfclosingtag(): void {
    this.startElement();
    // HTML ignores the slash; XHTML means it, and pages served as HTML use it for anchors: <a id="x"/>.
    if (this.tag === 'a' && !('href' in this.attributes)) this.endElement('a');
  }

  onclosetag(start: number, end: number): void {
    this.endElement(this.source.slice(start, end).toLowerCase());
  }

  oncdata(start: number, end: number, endOffset: number): void {
    this.addText(this.source.slice(start, end - endOffset));
  }

  oncomment(): void {}
  ondeclaration(): void {}
  onprocessinginstruction(): void {}
  onend(): void {}

  private startElement(): void {
    const name = this.tag;
    if (this.skipped !== undefined) {
      if (name === this.skipped.name) this.skipped.depth++;
      return;
    }
    if (SKIPPED.has(name)) {
      this.skipped = { name, depth: 1 };
      return;
    }
    const isVoid = VOID.has(name);
    if (this.unbuilt > 0 || (this.open.length > MAX_DEPTH && !isVoid)) {
      if (!isVoid) this.unbuilt++;
      return;
    }
    const ends = ENDS_WITH.get(name);
    while (ends?.includes(this.innermost.name)) this.open.pop();
    const element: HtmlElement = { name, attributes: this.attributes, children: [] };
    this.innermost.children.push(element);
    if (!isVoid) this.open.push(element);
  }

  private endElement(name: string): void {
    if (this.skipped !== undefined) {
      if (name === this.skipped.name && --this.skipped.depth === 0) this.skipped = undefined;
      return;
    }
    if (VOID.has(name)) return;
    if (this.unbuilt > 0) {
      this.unbuilt--;
      return;
    }
    const place = this.open.findLastIndex((element) => element.name === name);
    if (place > 0) this.open.length = place;
  }

  private addText(text: string): void {
    if (this.skipped === undefined && text !== '') this.innermost.children.push(text);
  }

  private get innermost(): HtmlElement {
    return this.open.at(-1) ?? this.root;
  }
}
