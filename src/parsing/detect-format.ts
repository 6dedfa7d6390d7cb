/**
 * Which format a file has: by its content where that is certain, else by its ending. A file whose content and ending contradict each other
 * is read by its content or refused with the reason, never indexed as garbage.
 */
import { DocumentFailure } from '../domain/document-outcome';
import { fileEnding } from './file-ending';
import { findFormatByEnding, type FormatName } from './formats';
import { binaryKind, isPdf } from './signatures';

export interface DetectedFormat {
  format: FormatName;
  /** When the content is not what the name says. */
  warning?: string;
}

const HEAD_BYTES = 4096;
/** These are never text, so that text under such a name is a damaged download or an error page. */
const BINARY_FORMATS: readonly FormatName[] = ['pdf', 'docx'];

/** Throws EMPTY_DOCUMENT, BINARY_CONTENT, ENCRYPTED_DOCUMENT, CORRUPT_DOCUMENT or UNSUPPORTED_FORMAT. */
export function detectFormat(bytes: Buffer, uri: string): DetectedFormat {
  if (bytes.length === 0) throw new DocumentFailure('EMPTY_DOCUMENT');
  const ending = fileEnding(uri);
  const named = ending === '' ? 'text' : findFormatByEnding(ending);
  if (isPdf(bytes, named === 'pdf')) return detected('pdf', named, ending);
  const kind = binaryKind(bytes);
  if (kind !== undefined) return detectBinary(kind, named, ending);
  if (named === undefined) throw unsupported(ending);
  const isHtml = looksLikeHtml(bytes);
  if (BINARY_FORMATS.includes(named)) {
    throw new DocumentFailure('CORRUPT_DOCUMENT', `The file is named ${ending} and holds ${isHtml ? 'an HTML page' : 'something else'}.`);
  }
  if (isHtml && named !== 'markdown') return detected('html', named, ending);
  return { format: ending === '' && looksLikeMarkdown(bytes) ? 'markdown' : named };
}

function detectBinary(
  kind: { name: string; format?: FormatName; encrypted?: boolean },
  named: FormatName | undefined,
  ending: string,
): DetectedFormat {
  if (kind.encrypted) throw new DocumentFailure('ENCRYPTED_DOCUMENT');
  if (kind.format !== undefined) return detected(kind.format, named, ending);
  // A zip that is damaged, or no office document: the parser of its format says what is missing.
  if (named === 'docx' && kind.name === 'ZIP archive') return { format: 'docx' };
  if (named === undefined) throw unsupported(ending);
  if (BINARY_FORMATS.includes(named)) throw new DocumentFailure('CORRUPT_DOCUMENT', `The file is named ${ending} and is a ${kind.name}.`);
  throw new DocumentFailure('BINARY_CONTENT', `The file is named like text and is a ${kind.name}.`);
}

function detected(format: FormatName, named: FormatName | undefined, ending: string): DetectedFormat {
  if (format === named || ending === '') return { format };
  return { format, warning: `The file is named ${ending} and was read as ${format}, by its content.` };
}

function unsupported(ending: string): DocumentFailure {
  return new DocumentFailure('UNSUPPORTED_FORMAT', `Sluice does not read files of type ${ending}.`);
}

function looksLikeHtml(bytes: Buffer): boolean {
  const head = bytes
    .toString('latin1', 0, HEAD_BYTES)
    .replaceAll('\0', '')
    .replace(/^(?:\u00EF\u00BB\u00BF|\u00FF\u00FE|\u00FE\u00FF)/, '')
    .trimStart();
  return /^(?:<\?xml[^>]*>\s*)?<(?:!doctype\s+html|html|head|body)[\s>]/i.test(head);
}

/** The first line is a heading. */
function looksLikeMarkdown(bytes: Buffer): boolean {
  return /^(?:\u00EF\u00BB\u00BF)?\s*#{1,3} \S/.test(bytes.toString('latin1', 0, HEAD_BYTES));
}
