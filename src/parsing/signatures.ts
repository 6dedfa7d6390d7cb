/** Files known by their first bytes. */
import type { FormatName } from './formats';

export interface BinaryKind {
  /** As it stands after "is a". */
  name: string;
  /** Set when Sluice reads it. */
  format?: FormatName;
  encrypted?: boolean;
}

const PDF_HEADER_WITHIN_BYTES = 1024;
const OLE = [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1];
const ZIP = [0x50, 0x4b, 0x03, 0x04];

const SIGNATURES: readonly { name: string; bytes: readonly number[] }[] = [
  { name: 'PNG image', bytes: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a] },
  { name: 'JPEG image', bytes: [0xff, 0xd8, 0xff] },
  { name: 'GIF image', bytes: [0x47, 0x49, 0x46, 0x38] },
  { name: 'gzip archive', bytes: [0x1f, 0x8b, 0x08] },
  { name: 'bzip2 archive', bytes: [0x42, 0x5a, 0x68, 0x39] },
  { name: 'xz archive', bytes: [0xfd, 0x37, 0x7a, 0x58, 0x5a] },
  { name: '7z archive', bytes: [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c] },
  { name: 'Zstandard archive', bytes: [0x28, 0xb5, 0x2f, 0xfd] },
  { name: 'program (ELF)', bytes: [0x7f, 0x45, 0x4c, 0x46] },
  { name: 'program (Windows)', bytes: [0x4d, 0x5a, 0x00, 0x00] },
  { name: 'program (Windows)', bytes: [0x4d, 0x5a, 0x90, 0x00] },
  { name: 'SQLite database', bytes: [0x53, 0x51, 0x4c, 0x69, 0x74, 0x65, 0x20, 0x66] },
  { name: 'RTF document', bytes: [0x7b, 0x5c, 0x72, 0x74, 0x66] },
];

/** Names of parts, as they stand in clear in a zip's entries, and what the zip then is. In this order. */
const ZIP_CONTENTS: readonly { part: string; kind: BinaryKind }[] = [
  { part: 'word/document.xml', kind: { name: 'Word document', format: 'docx' } },
  { part: 'word/document2.xml', kind: { name: 'Word document', format: 'docx' } },
  { part: 'xl/workbook', kind: { name: 'spreadsheet (XLSX)' } },
  { part: 'ppt/presentation.xml', kind: { name: 'presentation (PPTX)' } },
  { part: 'mimetypeapplication/epub+zip', kind: { name: 'book (EPUB)' } },
  { part: 'mimetypeapplication/vnd.oasis.opendocument', kind: { name: 'OpenDocument file' } },
];

/** A header at the very begin is certain; mail and web servers put lines before it, which only a file of that name is forgiven. */
export function isPdf(bytes: Buffer, namedSo: boolean): boolean {
  if (/^%PDF-\d/.test(bytes.toString('latin1', 0, 16))) return true;
  return namedSo && bytes.subarray(0, PDF_HEADER_WITHIN_BYTES).includes('%PDF-');
}

/** undefined: no known binary type; it may be text. */
export function binaryKind(bytes: Buffer): BinaryKind | undefined {
  if (startsWith(bytes, ZIP)) return ZIP_CONTENTS.find(({ part }) => bytes.includes(part, 0, 'latin1'))?.kind ?? { name: 'ZIP archive' };
  if (startsWith(bytes, OLE)) {
    const encrypted = bytes.includes(Buffer.from('EncryptedPackage', 'utf16le'));
    return { name: 'Microsoft Office document of before 2007', encrypted };
  }
  const known = SIGNATURES.find((signature) => startsWith(bytes, signature.bytes));
  return known === undefined ? undefined : { name: known.name };
}

function startsWith(bytes: Buffer, prefix: readonly number[]): boolean {
  return prefix.every((byte, index) => bytes[index] === byte);
}
