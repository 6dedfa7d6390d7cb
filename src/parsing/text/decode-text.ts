/**
 * Bytes → text, of any charset: byte order mark, UTF-8 if valid, a declared charset, and only then a guess. Says when bytes are no text.
 */
import { isUtf8 } from 'node:buffer';
import { analyse } from 'chardet';
import { decode as decodeCharset, encodingExists } from 'iconv-lite';
import { cleanText } from './clean-text';
import { isDamagedUtf8 } from './damaged-utf8';
import { decodeEbcdic, looksLikeEbcdic } from './ebcdic';

export interface DecodedText {
  /** Cleaned: see cleanText. */
  text: string;
  /** Name of the charset that the bytes were read in. */
  charset: string;
  /** What was doubtful, one sentence each. */
  warnings: string[];
}

const SAMPLE_BYTES = 64 * 1024;
/** Above this share of control characters bytes are not text. A stray one is found in many old files. */
const MAX_CONTROL_SHARE = 0.02;
const BYTE_ORDER_MARKS: readonly { charset: string; mark: readonly number[] }[] = [
  { charset: 'UTF-8', mark: [0xef, 0xbb, 0xbf] },
  // Before UTF-16LE, whose mark it begins with.
  { charset: 'UTF-32LE', mark: [0xff, 0xfe, 0, 0] },
  { charset: 'UTF-32BE', mark: [0, 0, 0xfe, 0xff] },
  { charset: 'UTF-16LE', mark: [0xff, 0xfe] },
  { charset: 'UTF-16BE', mark: [0xfe, 0xff] },
];

/**
 * undefined: the bytes are binary, not text.
 * @param declared the charset that the document itself names (an HTML meta element); used when the bytes are not valid UTF-8
 */
export function decodeText(bytes: Buffer, declared?: string): DecodedText | undefined {
  const marked = BYTE_ORDER_MARKS.find(({ mark }) => mark.every((byte, index) => bytes[index] === byte));
  if (marked !== undefined) return decoded(bytes, marked.charset);
  const sample = bytes.subarray(0, SAMPLE_BYTES);
  // Before UTF-8, which English in UTF-16 is too, with NULs.
  const utf16 = utf16ByteOrder(sample);
  if (utf16 !== undefined) return decoded(bytes, utf16, [guessed(utf16)]);
  if (isUtf8(bytes)) return isBinary(sample, true) ? undefined : decoded(bytes, 'UTF-8');
  if (looksLikeEbcdic(sample))
    return { text: cleanText(decodeEbcdic(bytes)), charset: 'EBCDIC-CP500', warnings: [guessed('EBCDIC-CP500')] };
  if (isBinary(sample, false)) return undefined;
  if (declared !== undefined && isKnownCharset(declared) && !/^utf-?8$/i.test(declared)) return decoded(bytes, declared);
  if (isDamagedUtf8(bytes)) return decoded(bytes, 'UTF-8', ['The text is UTF-8 with invalid bytes; each is replaced by U+FFFD.']);
  const charset = guessCharset(bytes);
  return decoded(bytes, charset, [guessed(charset)]);
}

function decoded(bytes: Buffer, charset: string, warnings: string[] = []): DecodedText {
  const text =
    charset === 'UTF-8'
      ? bytes.toString('utf8')
      : encodingExists(charset)
        ? decodeCharset(bytes, charset)
        : new TextDecoder(charset).decode(bytes);
  return { text: cleanText(text), charset, warnings };
}

function guessed(charset: string): string {
  return `The file does not name its charset; it was read as ${charset}.`;
}

function isKnownCharset(name: string): boolean {
  if (encodingExists(name)) return true;
  try {
    new TextDecoder(name);
    return true;
  } catch {
    return false;
  }
}

/** @param mayHoldNuls databases and old editors pad text with them: in what is UTF-8 otherwise they are only left out */
function isBinary(sample: Buffer, mayHoldNuls: boolean): boolean {
  let controls = 0;
  let nuls = 0;
  for (const byte of sample) {
    if (byte === 0) nuls++;
    // Tab to CR and ESC (of ISO-2022-JP, and of terminal logs) are text.
    else if (byte < 0x20 && (byte < 0x09 || byte > 0x0d) && byte !== 0x1b) controls++;
  }
  const others = sample.length - nuls;
  return (sample.length > 0 && others === 0) || (nuls > 0 && !mayHoldNuls) || controls > others * MAX_CONTROL_SHARE;
}

/** UTF-16 without a mark, in a script whose characters have a zero byte in most places: half the bytes, all on one side. */
function utf16ByteOrder(sample: Buffer): 'UTF-16LE' | 'UTF-16BE' | undefined {
  let even = 0;
  let odd = 0;
  for (let index = 0; index < sample.length; index++) {
    if (sample[index] !== 0) continue;
    if (index % 2 === 0) even++;
    else odd++;
  }
  if (odd > sample.length / 5 && even < sample.length / 100) return 'UTF-16LE';
  if (even > sample.length / 5 && odd < sample.length / 100) return 'UTF-16BE';
  return undefined;
}

function guessCharset(bytes: Buffer): string {
  // A sample where the bytes that tell charsets apart are: an English preface says nothing.
  const firstForeign = bytes.findIndex((byte) => byte > 0x7f || byte === 0x1b);
  const start = Math.max(0, firstForeign - 1024);
  for (const { name } of analyse(bytes.subarray(start, start + SAMPLE_BYTES))) {
    // Latin-1 has no characters where Windows-1252 has its dashes and quotes, so the second reads both.
    if (name === 'ISO-8859-1') return 'windows-1252';
    if (!name.startsWith('UTF-') && isKnownCharset(name)) return name;
  }
  return 'windows-1252';
}
