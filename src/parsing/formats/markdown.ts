/** Markdown and MDX: the text stays Markdown; front matter becomes metadata, comments and the anchors of MDX headings go. */
import { DocumentFailure } from '../../domain/document-outcome';
import { readFrontMatter } from '../markdown/front-matter';
import { readMarkdown } from '../markdown/markdown-structure';
import type { ParsedDocument } from '../parsed-document';
import { oneLine } from '../text/clean-text';
import { decodeText } from '../text/decode-text';

export function parseMarkdown(bytes: Buffer): ParsedDocument {
  const decoded = decodeText(bytes);
  if (decoded === undefined) throw new DocumentFailure('BINARY_CONTENT');
  const frontMatter = readFrontMatter(decoded.text);
  const { text, structure } = readMarkdown(decoded.text.slice(frontMatter.bodyStart));
  const named = frontMatter.metadata.title;
  const topHeading = structure.headings.find(({ level }) => level === 1);
  const title = typeof named === 'string' || typeof named === 'number' ? oneLine(String(named)) : (topHeading?.title ?? null);
  // The title above a text whose own headings begin at level 2 is its heading of level 1.
  if (title !== null && title !== '' && topHeading === undefined) structure.headings.unshift({ level: 1, title, start: 0, end: 0 });
  return { text, title, structure, metadata: frontMatter.metadata, warnings: [...decoded.warnings, ...frontMatter.warnings] };
}
