/** Word documents: mammoth makes HTML of them, which becomes Markdown here. Sizes are looked at before anything is inflated. */
import { convertToHtml, images } from 'mammoth';
import { DocumentFailure } from '../../domain/document-outcome';
import { checkZip } from '../zip/check-zip';
import { parseHtmlTree } from '../html/tree-builder';
import { writeMarkdown } from '../html/write-markdown';
import type { ParsedDocument } from '../parsed-document';
import { TextBuilder } from '../text/text-builder';

/** Styles that mammoth does not know by itself. */
const STYLE_MAP = ["p[style-name='Title'] => h1:fresh", "p[style-name='Subtitle'] => p:fresh", 'comment-reference => '];

export async function parseDocx(bytes: Buffer): Promise<ParsedDocument> {
  await checkZip(bytes);
  const html = await toHtml(bytes);
  const text = new TextBuilder();
  writeMarkdown(parseHtmlTree(html), text);
  const title = text.headings[0]?.level === 1 ? text.headings[0].title : null;
  return { text: text.text(), title, structure: { headings: text.headings, tables: text.tables }, metadata: {}, warnings: [] };
}

async function toHtml(buffer: Buffer): Promise<string> {
  try {
    // Images would come as base64: megabytes of no text.
    const { value } = await convertToHtml({ buffer }, { styleMap: STYLE_MAP, convertImage: images.imgElement(() => Promise.resolve({ src: '' })) });
    return value;
  } catch (error) {
    if (error instanceof RangeError) throw error;
    throw new DocumentFailure('CORRUPT_DOCUMENT', `The Word document can't be read: ${(error as Error).message}`, { cause: error });
  }
}
