/** HTML: the page's own content as Markdown. Nothing that the page refers to is loaded. */
import { DocumentFailure } from '../../domain/document-outcome';
import { findElement, textOf, type HtmlElement } from '../html/html-tree';
import { mainContent } from '../html/main-content';
import { parseHtmlTree } from '../html/tree-builder';
import { writeMarkdown } from '../html/write-markdown';
import type { JsonValue, ParsedDocument } from '../parsed-document';
import { oneLine } from '../text/clean-text';
import { decodeText } from '../text/decode-text';
import { TextBuilder } from '../text/text-builder';

/** Browsers look no further for the charset either. */
const DECLARATION_BYTES = 4096;
const META_NAMES = new Set(['description', 'author', 'keywords', 'date']);

export function parseHtml(bytes: Buffer): ParsedDocument {
  const declared = /<meta[^>]{0,200}?charset\s*=\s*["']?([\w-]+)|<\?xml[^>]{0,100}?encoding\s*=\s*["']([\w-]+)/i.exec(
    bytes.toString('latin1', 0, DECLARATION_BYTES),
  );
  const decoded = decodeText(bytes, declared?.[1] ?? declared?.[2]);
  if (decoded === undefined) throw new DocumentFailure('BINARY_CONTENT');
  const root = parseHtmlTree(decoded.text);
  const text = new TextBuilder();
  writeMarkdown(mainContent(root), text);
  const pageTitle = oneLine(textOf(findElement(root, ({ name }) => name === 'title') ?? ''));
  const topHeading = text.headings.find(({ level }) => level === 1)?.title;
  // Most sites append their own name to the title of the page.
  const title = topHeading !== undefined && (pageTitle === '' || pageTitle.includes(topHeading)) ? topHeading : pageTitle;
  return {
    text: text.text(),
    title: title === '' ? null : title,
    structure: { headings: text.headings, tables: text.tables },
    metadata: metaElements(root),
    warnings: decoded.warnings,
  };
}

function metaElements(root: HtmlElement): Record<string, JsonValue> {
  const metadata: Record<string, JsonValue> = {};
  findElement(root, ({ name, attributes }) => {
    const key = attributes.name?.toLowerCase();
    if (name === 'meta' && key !== undefined && META_NAMES.has(key) && attributes.content)
      metadata[key] = oneLine(attributes.content.slice(0, 1000));
    return name === 'body';
  });
  const language = findElement(root, ({ name }) => name === 'html')?.attributes.lang;
  if (language) metadata.language = language;
  return metadata;
}
