/**
 * Names of files as text. A name is bytes to the operating system; nearly always they are UTF-8. What is not gets a legible text, distinct
 * from its siblings' names, under which it can be reported; it can't be opened by that text.
 */
import { isUtf8 } from 'node:buffer';

export interface FileName {
  /** As the URI shows it. */
  text: string;
  /** The name's bytes, when they are not UTF-8. */
  raw?: Buffer;
}

/** The names of one folder's entries, in the order of their code units, which is the order of discovery. */
export function orderedNames(entries: readonly Buffer[]): FileName[] {
  const names: FileName[] = [];
  const taken = new Set<string>();
  const invalid: Buffer[] = [];
  for (const entry of entries) {
    if (!isUtf8(entry)) {
      invalid.push(entry);
      continue;
    }
    const text = entry.toString('utf8');
    names.push({ text });
    taken.add(text);
  }
  for (const raw of invalid.sort(Buffer.compare)) {
    let text = legible(raw);
    while (taken.has(text)) text += '\ufffd';
    taken.add(text);
    names.push({ text, raw });
  }
  return names.sort((a, b) => (a.text < b.text ? -1 : 1));
}

/** `caf\xe9.txt` in Latin-1 becomes `caf�E9.txt`: ASCII stays, every other byte is a replacement character and its two hex digits. */
function legible(raw: Buffer): string {
  return Array.from(raw, (byte) => (byte < 0x80 ? String.fromCharCode(byte) : `\ufffd${byte.toString(16).toUpperCase()}`)).join('');
}
