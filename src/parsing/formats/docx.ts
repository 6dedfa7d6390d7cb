/**
 * Word documents: mammoth makes HTML of them, which becomes Markdown here. Sizes are looked at before anything is inflated. Comments are
 * left out.
 */
import { convertToHtml, images } from 'mammoth';
import { DocumentFailure } from '../../domain/document-outcome';
import { findElement, textOf, withoutElements } from '../html/html-tree';
import { isJump } from '../html/main-content';
import { parseHtmlTree } from '../html/tree-builder';
import { writeMarkdown } from '../html/write-markdown';
import type { ParsedDocument } from '../parsed-document';
import { oneLine } from '../text/clean-text';
import { TextBuilder } from '../text/text-builder';
import { openZip } from '../zip/checked-zip';

/** Styles that mammoth does not know by itself. */
const STYLE_MAP = ["p[style-name='Title'] => h1:fresh", "p[style-name='Subtitle'] => p:fresh"];
const PROPERTIES_PART = 'docProps/core.xml';

export async function parseDocx(bytes: Buffer): Promise<ParsedDocument> {
  const properties = await openZip(bytes, PROPERTIES_PART);
  const html = await toHtml(bytes);
  const text = new TextBuilder();
  writeMarkdown(withoutElements(parseHtmlTree(html), isJump), text);
  return {
    text: text.text(),
    title: findTitle(properties),
    structure: { headings: text.headings, tables: text.tables },
    metadata: {},
    warnings: [],
  };
}

async function toHtml(buffer: Buffer): Promise<string> {
  try {
    // Images would come as base64: megabytes of no text.
    const { value } = await convertToHtml(
      { buffer },
      { styleMap: STYLE_MAP, convertImage: images.imgElement(() => Promise.resolve({ src: '' })) },
    );
    return value;
  } catch (error) {
    if (error instanceof RangeError) throw error;
    throw new DocumentFailure('CORRUPT_DOCUMENT', `The Word document can't be read: ${(error as Error).message}`, { cause: error });
  }
}

function findTitle(properties: Buffer | undefined): string | null {
  if (properties === undefined) return null;
  const element = findElement(parseHtmlTree(properties.toString('utf8')), ({ name }) => name === 'dc:title');
  const title = element === undefined ? '' : oneLine(textOf(element).slice(0, 1000));
  return title === '' ? null : title;
}
