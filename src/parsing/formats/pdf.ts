/**
 * PDF: the text layer in reading order; bookmarks are headings, without them lines in large letters. Pages of pictures need recognition
 * (OCR), which is elsewhere.
 */
import { getDocumentProxy } from 'unpdf';
import { DocumentFailure } from '../../domain/document-outcome';
import { smallMetadata } from '../document-metadata';
import type { ParsedDocument } from '../parsed-document';
import { placeBookmarks, readBookmarks, type DestinationReader, type OutlineNode } from '../pdf/bookmarks';
import { findLargeLines } from '../pdf/large-lines';
import { writePages } from '../pdf/page-text';
import { readLines, type PdfPage, type PdfTextItem } from '../pdf/pdf-page';
import { withoutRunningHeads } from '../pdf/running-heads';
import { oneLine } from '../text/clean-text';
import { TextBuilder } from '../text/text-builder';

type PdfFile = Awaited<ReturnType<typeof getDocumentProxy>>;

/** What programs write as the title of a document that has none. */
const NO_TITLE = /^(?:untitled|microsoft word - .*|.*\.(?:docx?|tex|dvi|indd|pdf))?$/i;

export async function parsePdf(bytes: Buffer): Promise<ParsedDocument> {
  const file = await openPdf(bytes);
  const warnings: string[] = [];
  const pages: PdfPage[] = [];
  for (let number = 1; number <= file.numPages; number++) {
    try {
      pages.push(await readPage(file, number));
    } catch (error) {
      pages.push({ lines: [], bottom: 0, top: 0, notes: [] });
      warnings.push(`Page ${number} can't be read: ${(error as Error).message}`);
    }
  }
  if (warnings.length === pages.length) throw new DocumentFailure('CORRUPT_DOCUMENT', warnings[0] ?? 'The PDF has no pages.');
  if (pages.every(({ lines, notes }) => lines.length === 0 && notes.length === 0)) throw new DocumentFailure('NO_TEXT_LAYER');
  const text = new TextBuilder();
  const placed = writePages(withoutRunningHeads(pages), text);
  const outline = (await file.getOutline().catch(() => null)) as OutlineNode[] | null;
  const bookmarks = await readBookmarks(outline ?? [], file as unknown as DestinationReader);
  const headings = bookmarks.length > 0 ? placeBookmarks(bookmarks, placed) : findLargeLines(placed);
  const { title, metadata } = await readProperties(file);
  return { text: text.text(), title, structure: { headings, tables: [] }, metadata: { ...metadata, pages: file.numPages }, warnings };
}

async function openPdf(bytes: Buffer): Promise<PdfFile> {
  try {
    // A copy: pdf.js takes the memory that it is given for itself.
    return await getDocumentProxy(new Uint8Array(bytes), { verbosity: 0 });
  } catch (error) {
    if ((error as Error).name === 'PasswordException') throw new DocumentFailure('ENCRYPTED_DOCUMENT');
    throw new DocumentFailure('CORRUPT_DOCUMENT', `The PDF can't be read: ${(error as Error).message}`, { cause: error });
  }
}

async function readPage(file: PdfFile, number: number): Promise<PdfPage> {
  const page = await file.getPage(number);
  const content = await page.getTextContent();
  const notes = await readNotes(page);
  const [, bottom = 0, , top = 0] = page.view;
  page.cleanup();
  return { lines: readLines(content.items as PdfTextItem[]), bottom, top, notes };
}

async function readNotes(page: Awaited<ReturnType<PdfFile['getPage']>>): Promise<string[]> {
  const annotations = (await page.getAnnotations().catch(() => [])) as {
    subtype?: string;
    contentsObj?: { str?: string };
    fieldName?: string;
    fieldValue?: unknown;
  }[];
  return annotations.flatMap(({ subtype, contentsObj, fieldName, fieldValue }) => {
    if (subtype === 'Widget')
      return typeof fieldValue === 'string' && fieldValue.trim() !== '' ? [oneLine(`${fieldName ?? ''}: ${fieldValue}`)] : [];
    const note = oneLine(contentsObj?.str ?? '');
    return note === '' || subtype === 'Link' ? [] : [note];
  });
}

async function readProperties(file: PdfFile): Promise<Pick<ParsedDocument, 'title' | 'metadata'>> {
  const { info } = await file.getMetadata().catch(() => ({ info: {} }));
  const { Title, Author, Subject, Keywords, CreationDate } = info as Record<string, unknown>;
  const title = typeof Title === 'string' ? oneLine(Title.slice(0, 1000)) : '';
  const named = Object.entries({ author: Author, subject: Subject, keywords: Keywords, created: CreationDate }).filter(
    ([, value]) => typeof value === 'string' && value !== '',
  );
  return { title: NO_TITLE.test(title) ? null : title, metadata: smallMetadata(Object.fromEntries(named)) };
}
