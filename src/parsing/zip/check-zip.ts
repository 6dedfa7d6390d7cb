/** Looks at the entries of a zip before a library inflates them: a bomb tells its size, or is killed by the child's memory limit. */
import { fromBuffer, type Entry } from 'yauzl';
import { DocumentFailure } from '../../domain/document-outcome';

/** Of the XML parts: images are not inflated. The text of a book of 1,000 pages has some 30 MB of XML. */
const MAX_XML_BYTES = 128 * 1024 * 1024;
const MAX_ENTRIES = 20_000;

/** Throws CORRUPT_DOCUMENT, ENCRYPTED_DOCUMENT or TOO_LARGE. */
export function checkZip(bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    fromBuffer(bytes, { lazyEntries: true }, (error, zip) => {
      if (error !== null || zip === undefined) return reject(new DocumentFailure('CORRUPT_DOCUMENT', `The file is no complete zip archive: ${error?.message}`, { cause: error }));
      if (zip.entryCount > MAX_ENTRIES) return reject(new DocumentFailure('TOO_LARGE', `The file holds ${zip.entryCount} parts.`));
      let xmlBytes = 0;
      zip.on('entry', (entry: Entry) => {
        if (entry.isEncrypted()) return reject(new DocumentFailure('ENCRYPTED_DOCUMENT'));
        if (/\.(?:xml|rels)$/i.test(entry.fileName)) xmlBytes += entry.uncompressedSize;
        if (xmlBytes > MAX_XML_BYTES) return reject(new DocumentFailure('TOO_LARGE', `The file inflates to more than ${MAX_XML_BYTES} bytes of XML.`));
        zip.readEntry();
      });
      zip.on('end', () => resolve());
      zip.on('error', (cause: Error) => reject(new DocumentFailure('CORRUPT_DOCUMENT', `The file is a damaged zip archive: ${cause.message}`, { cause })));
      zip.readEntry();
    });
  });
}
