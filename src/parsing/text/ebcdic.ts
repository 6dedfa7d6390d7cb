/** EBCDIC, code page 500: the mainframe's text, which no library here decodes. */

// Byte → character, as IBM defines it, but for the controls: only tab and the three line ends are kept, the others are spaces.
const PRINTABLE =
  ' \u00A0âäàáãåçñ[.<(+!&éêëèíîïìß]$*);^-/ÂÄÀÁÃÅÇÑ¦,%_>?øÉÊËÈÍÎÏÌ`:#@\'="Øabcdefghi«»ðýþ±°jklmnopqrªºæ¸Æ¤µ~stuvwxyz¡¿ÐÝÞ®¢£¥·©§¶¼½¾¬|¯¨´×{ABCDEFGHI' +
  '\u00ADôöòóõ}JKLMNOPQR¹ûüùúÿ\\÷STUVWXYZ²ÔÖÒÓÕ0123456789³ÛÜÙÚ ';
const CONTROLS: Readonly<Record<number, string>> = { 0x05: '\t', 0x0d: '\n', 0x15: '\n', 0x25: '\n' };
const FIRST_PRINTABLE = 0x40;
const SPACE = 0x40;

/** Whether bytes that are no UTF-8 are text in EBCDIC: mostly its letters, digits and spaces, and hardly a space of ASCII. */
export function looksLikeEbcdic(bytes: Uint8Array): boolean {
  let letters = 0;
  let spaces = 0;
  let controls = 0;
  for (const byte of bytes) {
    if (byte === SPACE) spaces++;
    else if (isLetterOrDigit(byte)) letters++;
    else if (byte < FIRST_PRINTABLE && CONTROLS[byte] === undefined) controls++;
  }
  return spaces > bytes.length / 20 && letters + spaces > bytes.length * 0.8 && controls < bytes.length / 100;
}

export function decodeEbcdic(bytes: Uint8Array): string {
  const characters: string[] = [];
  for (const byte of bytes) characters.push(byte < FIRST_PRINTABLE ? (CONTROLS[byte] ?? ' ') : (PRINTABLE[byte - FIRST_PRINTABLE] ?? ' '));
  return characters.join('');
}

function isLetterOrDigit(byte: number): boolean {
  const column = byte & 0x0f;
  if (byte >= 0xf0) return column <= 9;
  if (byte >= 0xc1) return (column <= 9 && column > 0) || byte === 0xe0;
  return byte >= 0x81 && byte <= 0xa9 && column <= 9 && column > 0;
}
