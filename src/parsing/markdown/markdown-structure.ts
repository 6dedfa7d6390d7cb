/**
 * Reads the block structure that matters here (headings, tables, fenced code, comments) in one pass over the lines: linear whatever the
 * nesting, where a full CommonMark parser is quadratic in nested lists and brackets. Headings inside block quotes are not structure.
 */
import type { DocumentStructure, Heading } from '../parsed-document';
import { CommentStripper } from './comment-stripper';
import { closesFence, openedFence, type Fence } from './fence';
import { plainInline } from './plain-inline';

const CODE_INDENT = 4;
const ATX_HEADING = /^(#{1,6})(?:[ \t]+(.*))?$/;
const LIST_MARKER = /^(?:[-*+]|\d{1,9}[.)])(?=[ \t]|$)[ \t]{0,4}/;
const SETEXT_UNDERLINE = /^(?:=+|-+)[ \t]*$/;
/** Blocks of HTML whose text is not Markdown. */
const RAW_BLOCK = /^<(pre|script|style|textarea)(?=[\s>]|$)/i;
/** A longer paragraph over a row of dashes is a paragraph before a thematic break, whatever the specification says. */
const MAX_SETEXT_LINES = 3;

export function readMarkdown(source: string): { text: string; structure: DocumentStructure } {
  const scan = new MarkdownScan(source);
  let start = 0;
  while (start <= source.length) {
    const lineEnd = source.indexOf('\n', start);
    const end = lineEnd < 0 ? source.length : lineEnd;
    scan.line(source.slice(start, end), start);
    start = end + 1;
  }
  return scan.result();
}

class MarkdownScan {
  private readonly lines: string[] = [];
  private length = 0;
  private readonly structure: DocumentStructure = { headings: [], tables: [] };
  private readonly comments: CommentStripper;
  private fence: Fence | undefined;
  private rawBlockEnd: string | undefined;
  private itemIndent = 0;
  /** The lines of a paragraph that may turn out to be a heading. */
  private paragraph: { start: number; lines: string[] } | undefined;
  private tableOpen = false;

  constructor(source: string) {
    this.comments = new CommentStripper(source);
  }

  line(line: string, sourceStart: number): void {
    const indent = columnsOfIndent(line);
    const content = line.trimStart();
    if (this.fence !== undefined && content !== '' && indent < this.fence.itemIndent) this.fence = undefined;
    if (this.fence !== undefined) {
      if (closesFence(content, this.fence)) this.fence = undefined;
      this.emit(line);
      return;
    }
    if (this.rawBlockEnd !== undefined) {
      if (line.toLowerCase().includes(this.rawBlockEnd)) this.rawBlockEnd = undefined;
      this.emit(line);
      return;
    }
    if (this.opensFence(indent, content)) {
      this.endParagraph();
      this.emit(line);
      return;
    }
    const kept = this.comments.strip(line, sourceStart);
    if (kept !== undefined) this.block(kept, columnsOfIndent(kept), kept.trimStart());
  }

  result(): { text: string; structure: DocumentStructure } {
    return { text: this.lines.join('\n'), structure: this.structure };
  }

  private block(line: string, indent: number, content: string): void {
    const start = this.length;
    if (content === '') {
      this.endParagraph();
      this.emit('');
      return;
    }
    if (indent < this.itemIndent) this.itemIndent = 0;
    const atMargin = indent - this.itemIndent < CODE_INDENT;
    const atx = atMargin ? ATX_HEADING.exec(content) : null;
    if (atx?.[1] !== undefined) {
      this.endParagraph();
      this.emit(line);
      this.addHeading(atx[1].length, (atx[2] ?? '').replace(/(?:^|[ \t])#+$/, ''), start, start + line.length);
      return;
    }
    if (atMargin && this.paragraph !== undefined && this.paragraph.lines.length <= MAX_SETEXT_LINES && SETEXT_UNDERLINE.test(content)) {
      const heading = this.paragraph;
      this.paragraph = undefined;
      this.emit(line);
      this.addHeading(content.startsWith('=') ? 1 : 2, heading.lines.join(' '), heading.start, start + line.length);
      return;
    }
    const raw = atMargin ? RAW_BLOCK.exec(content)?.[1]?.toLowerCase() : undefined;
    if (raw !== undefined && !content.toLowerCase().includes(`</${raw}`)) this.rawBlockEnd = `</${raw}`;
    this.trackTable(line, content, start);
    this.trackParagraph(content, atMargin, start);
    this.emit(line);
  }

  private opensFence(indent: number, content: string): boolean {
    if (this.comments.insideComment) return false;
    if (indent - (indent >= this.itemIndent ? this.itemIndent : 0) < CODE_INDENT) {
      const inItem = indent >= this.itemIndent ? this.itemIndent : 0;
      this.fence = openedFence(content, inItem);
      if (this.fence !== undefined) return true;
    }
    const marker = LIST_MARKER.exec(content)?.[0];
    if (marker === undefined) return false;
    this.itemIndent = indent + Math.max(marker.trimEnd().length + 1, marker.length);
    this.fence = openedFence(content.slice(marker.length), this.itemIndent);
    return this.fence !== undefined;
  }

  private trackParagraph(content: string, atMargin: boolean, start: number): void {
    if (this.paragraph !== undefined) {
      if (this.paragraph.lines.length <= MAX_SETEXT_LINES) this.paragraph.lines.push(content);
    } else if (atMargin && !/^[>|<]/.test(content) && !LIST_MARKER.test(content)) {
      this.paragraph = { start, lines: [content] };
    }
    // A list item, a quote or HTML begins something else than the paragraph before it.
    if (/^[>|<]/.test(content) || LIST_MARKER.test(content)) this.paragraph = undefined;
  }

  private trackTable(line: string, content: string, start: number): void {
    const table = this.structure.tables.at(-1);
    if (this.tableOpen && table !== undefined) {
      table.end = start + line.length;
      return;
    }
    const header = this.lines.at(-1) ?? '';
    if (!isDelimiterRow(content) || !header.includes('|')) return;
    this.paragraph = undefined;
    this.tableOpen = true;
    this.structure.tables.push({ start: start - header.length - 1, end: start + line.length, header: header.trim() });
  }

  private addHeading(level: number, markdown: string, start: number, end: number): void {
    const title = plainInline(markdown);
    const heading: Heading = { level, title, start, end };
    if (title !== '') this.structure.headings.push(heading);
  }

  private endParagraph(): void {
    this.paragraph = undefined;
    this.tableOpen = false;
  }

  private emit(line: string): void {
    this.lines.push(line);
    this.length += line.length + 1;
  }
}

function columnsOfIndent(line: string): number {
  let columns = 0;
  for (const character of line) {
    if (character === ' ') columns++;
    else if (character === '\t') columns += CODE_INDENT - (columns % CODE_INDENT);
    else break;
  }
  return columns;
}

/** The row under a table's header. */
function isDelimiterRow(content: string): boolean {
  return content.includes('-') && content.includes('|') && /^[|:\- \t]+$/.test(content);
}
