/** Builds small PDF files for tests: lines of Helvetica at places, and bookmarks. */
import { deflateSync } from 'node:zlib';

export interface PdfTextLine {
  x: number;
  y: number;
  text: string;
  size?: number;
}

export interface PdfBookmark {
  title: string;
  page: number;
  y: number;
}

/** Pages of US Letter. */
export function makePdf(pages: readonly (readonly PdfTextLine[])[], bookmarks: readonly PdfBookmark[] = []): Buffer {
  const objects: string[] = [];
  const pageId = (index: number): number => 10 + index * 2;
  const outlineId = (index: number): number => 10 + pages.length * 2 + index;
  objects[1] = `<< /Type /Catalog /Pages 2 0 R ${bookmarks.length > 0 ? '/Outlines 4 0 R' : ''} >>`;
  objects[2] = `<< /Type /Pages /Count ${pages.length} /Kids [${pages.map((_, index) => `${pageId(index)} 0 R`).join(' ')}] >>`;
  objects[3] = '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>';
  objects[4] = `<< /Type /Outlines /First ${outlineId(0)} 0 R /Last ${outlineId(bookmarks.length - 1)} 0 R /Count ${bookmarks.length} >>`;
  pages.forEach((lines, index) => {
    const content = lines
      .map(({ x, y, text, size = 10 }) => `BT /F1 ${size} Tf ${x} ${y} Td (${text.replace(/[()\\]/g, '\\$&')}) Tj ET`)
      .join('\n');
    objects[pageId(index)] =
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents ${pageId(index) + 1} 0 R >>`;
    objects[pageId(index) + 1] = `<< /Length ${content.length} >>\nstream\n${content}\nendstream`;
  });
  bookmarks.forEach(({ title, page, y }, index) => {
    const previous = index > 0 ? `/Prev ${outlineId(index - 1)} 0 R` : '';
    const next = index < bookmarks.length - 1 ? `/Next ${outlineId(index + 1)} 0 R` : '';
    objects[outlineId(index)] = `<< /Title (${title}) /Parent 4 0 R ${previous} ${next} /Dest [${pageId(page)} 0 R /XYZ 72 ${y} 0] >>`;
  });
  return assemble(objects.map((object) => Buffer.from(object, 'latin1')));
}

/** One page whose content inflates, through two filters, to a gigabyte of operators. */
export function makeBombPdf(): Buffer {
  const inner = deflateSync(Buffer.alloc(64 * 2 ** 20, '0 0 m\n'));
  const outer = deflateSync(Buffer.concat(Array.from({ length: 16 }, () => inner.subarray(2, -4))));
  const objects: Buffer[] = [];
  objects[1] = Buffer.from('<< /Type /Catalog /Pages 2 0 R >>');
  objects[2] = Buffer.from('<< /Type /Pages /Count 1 /Kids [3 0 R] >>');
  objects[3] = Buffer.from('<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << >> /Contents 4 0 R >>');
  objects[4] = Buffer.concat([
    Buffer.from(`<< /Length ${outer.length} /Filter [/FlateDecode /FlateDecode] >>\nstream\n`),
    outer,
    Buffer.from('\nendstream'),
  ]);
  return assemble(objects);
}

function assemble(objects: readonly (Buffer | undefined)[]): Buffer {
  const parts: Buffer[] = [Buffer.from('%PDF-1.4\n')];
  const offsets: number[] = [];
  let length = parts[0]?.length ?? 0;
  objects.forEach((object, id) => {
    if (object === undefined) return;
    const part = Buffer.concat([Buffer.from(`${id} 0 obj\n`), object, Buffer.from('\nendobj\n')]);
    offsets[id] = length;
    length += part.length;
    parts.push(part);
  });
  const entries = Array.from({ length: objects.length }, (_, id) =>
    offsets[id] === undefined ? '0000000000 65535 f ' : `${String(offsets[id]).padStart(10, '0')} 00000 n `,
  );
  parts.push(
    Buffer.from(
      `xref\n0 ${objects.length}\n${entries.join('\n')}\ntrailer\n<< /Size ${objects.length} /Root 1 0 R >>\nstartxref\n${length}\n%%EOF\n`,
    ),
  );
  return Buffer.concat(parts);
}
