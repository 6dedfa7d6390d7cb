/** Looks at the entries of a zip before a library inflates them: a bomb tells its size here, or is killed by the child's memory limit. */
import { buffer as readAll } from 'node:stream/consumers';
import { fromBufferPromise, type Entry, type ZipFile } from 'yauzl';
import { DocumentFailure } from '../../domain/document-outcome';

/** Of the XML parts: images are not inflated. The text of a book of 1,000 pages has some 30 MB of XML. */
const MAX_XML_BYTES = 128 * 1024 * 1024;
const MAX_ENTRIES = 20_000;
const MAX_PART_BYTES = 1024 * 1024;

/**
 * Throws CORRUPT_DOCUMENT, ENCRYPTED_DOCUMENT or TOO_LARGE.
 * @param wanted a small part to return, inflated; undefined when the zip has none of that name
 */
export async function openZip(bytes: Buffer, wanted: string): Promise<Buffer | undefined> {
  try {
    const zip = await fromBufferPromise(bytes, { lazyEntries: true });
    if (zip.entryCount > MAX_ENTRIES) throw new DocumentFailure('TOO_LARGE', `The file holds ${zip.entryCount} parts.`);
    const part = await findPart(zip, wanted);
    return part === undefined ? undefined : await readAll(await zip.openReadStreamPromise(part));
  } catch (error) {
    if (error instanceof DocumentFailure) throw error;
    throw new DocumentFailure('CORRUPT_DOCUMENT', `The file is no complete zip archive: ${(error as Error).message}`, { cause: error });
  }
}

async function findPart(zip: ZipFile, wanted: string): Promise<Entry | undefined> {
  let xmlBytes = 0;
  let part: Entry | undefined;
  for await (const entry of zip.eachEntry()) {
    if (entry.isEncrypted()) throw new DocumentFailure('ENCRYPTED_DOCUMENT');
    if (/\.(?:xml|rels)$/i.test(entry.fileName)) xmlBytes += entry.uncompressedSize;
    if (xmlBytes > MAX_XML_BYTES) throw new DocumentFailure('TOO_LARGE', `The file inflates to more than ${MAX_XML_BYTES} bytes of XML.`);
    if (entry.fileName === wanted && entry.uncompressedSize <= MAX_PART_BYTES) part = entry;
  }
  return part;
}
