import { readFileSync } from 'node:fs';
import path from 'node:path';
import { encode } from 'iconv-lite';
import { cleanDocument, cleanText } from '../../src/parsing/text/clean-text';
import { decodeText } from '../../src/parsing/text/decode-text';
import { FIXTURES } from './paths';

const RUSSIAN = 'Всеобщая декларация прав человека. Все люди рождаются свободными и равными в своем достоинстве и правах. '.repeat(5);
const JAPANESE = 'すべての人間は、生れながらにして自由であり、かつ、尊厳と権利とについて平等である。'.repeat(5);
const CHINESE = '人人生而自由，在尊嚴和權利上一律平等。他們賦有理性和良心，並應以兄弟關係的精神互相對待。'.repeat(5);
const KOREAN = '모든 인간은 태어날 때부터 자유로우며 그 존엄과 권리에 있어 동등하다. 인간은 천부적으로 이성과 양심을 부여받았다. '.repeat(
  5,
);

describe('decoding', () => {
  it.each([
    ['udhr-japanese.shift_jis.txt', 'shift_jis', '人間は、理性と良心とを授けられており'],
    ['udhr-japanese.euc-jp.txt', 'euc-jp', '人間は、理性と良心とを授けられており'],
    ['udhr-chinese.gb2312.txt', 'gb18030', '世界人权宣言'],
    ['udhr-hungarian.utf-16le-bom.txt', undefined, 'Az Emberi Jogok Egyetemes Nyilatkozata'],
    ['udhr-arabic.windows-1256.txt', 'windows-1256', 'الإعلان العالمي لحقوق الإنسان'],
    ['udhr-german.iso-8859-1.txt', 'windows-1252', 'Da die Anerkennung der angeborenen Würde und der gleichen und unveräußerlichen Rechte'],
    ['udhr-french.iso-8859-1.txt', 'windows-1252', "Déclaration universelle des droits de l'homme"],
    ['udhr-russian.windows-1251.txt', 'windows-1251', 'Всеобщая декларация прав человека'],
    ['udhr-czech.windows-1250.txt', 'windows-1250', 'VŠEOBECNÁ DEKLARACE LIDSKÝCH PRÁV'],
    ['english.ebcdic-cp500.txt', undefined, ' the '],
  ])('reads %s', (file, charset, sentence) => {
    const bytes = readFileSync(path.join(FIXTURES, file));
    const text = decodeText(bytes)?.text;
    expect(text).toContain(sentence);
    expect(text).not.toContain('\uFFFD');
    // Node's own decoder is the judge of every character.
    if (charset !== undefined) expect(text).toBe(cleanText(new TextDecoder(charset).decode(bytes)));
  });

  it.each([
    ['KOI8-R', RUSSIAN],
    ['windows-1251', RUSSIAN],
    ['UTF-16LE', RUSSIAN + ' ASCII in between, so that there are zero bytes. '.repeat(20)],
    ['UTF-16BE', 'English without a mark. '.repeat(20)],
    ['Big5', CHINESE],
    ['EUC-KR', KOREAN],
    ['Shift_JIS', JAPANESE],
  ])('reads %s without a mark', (charset, text) => {
    expect(decodeText(encode(text, charset))).toMatchObject({ text, warnings: [expect.stringContaining('does not name its charset')] });
  });

  it.each(['UTF-8', 'UTF-16LE', 'UTF-16BE', 'UTF-32LE', 'UTF-32BE'])('reads %s by its mark', (charset) => {
    expect(decodeText(encode(JAPANESE, charset, { addBOM: true }))).toEqual({ text: JAPANESE, charset, warnings: [] });
  });

  it('believes a declared charset only where the bytes are no UTF-8', () => {
    expect(decodeText(Buffer.from('café'), 'windows-1251')?.text).toBe('café');
    expect(decodeText(encode('Привет', 'windows-1251'), 'windows-1251')).toEqual({ text: 'Привет', charset: 'windows-1251', warnings: [] });
    expect(decodeText(Buffer.from('Caf\xe9 au lait', 'latin1'), 'no-such-charset')?.text).toBe('Café au lait');
  });

  it('keeps damaged UTF-8, with the damage marked', () => {
    const bytes = Buffer.concat([
      Buffer.from('Plain start.\nlone '),
      Buffer.from([0x80, 0xbf, 0x20, 0xc0, 0xaf, 0x20, 0xed, 0xa0, 0x80, 0x20, 0xf5, 0x90, 0x80, 0x80, 0x20, 0xe2, 0x82, 0x0a]),
      Buffer.from('Valid again: café.\nends cut '),
      Buffer.from([0xf0, 0x9f, 0x98]),
    ]);
    const decoded = decodeText(bytes);
    expect(decoded?.text).toContain('Valid again: café.');
    expect(decoded?.text).toContain('\uFFFD');
    expect(decoded?.warnings).toHaveLength(1);
  });

  it('tells binary from text', () => {
    expect(decodeText(Buffer.from(Array.from({ length: 4096 }, (_, index) => (index * index * 31 + (index >> 3)) & 0xff)))).toBeUndefined();
    expect(decodeText(Buffer.from('text with\0\0\0NUL bytes\n\0\0\0\0\0\0\0\0'))?.text).toBe('text withNUL bytes\n');
  });
});

describe('cleaning', () => {
  it.each([
    ['a\r\nb\rc\vd\fe\u0085f\u2028g\u2029h', 'a\nb\nc\nd\ne\nf\ng\nh'],
    ['\uFEFFa\uFEFFb\0c', 'abc'],
    ['\ud83d alone, \ude00 alone, \ud83d\ude00', '\uFFFD alone, \uFFFD alone, 😀'],
    ['\ud83d\0\ude00', '😀'],
    ['  \n\n kept \t', '  \n\n kept \t'],
  ])('%j → %j', (text, clean) => {
    expect(cleanText(text)).toBe(clean);
    expect(cleanText(clean)).toBe(clean);
  });

  it('moves offsets with the text', () => {
    const text = '\uFEFFone\r\nTwo\r\nthree | four\r\n';
    const at = (part: string): { start: number; end: number } => ({ start: text.indexOf(part), end: text.indexOf(part) + part.length });
    const document = cleanDocument({
      text,
      title: ' ',
      structure: { headings: [{ level: 1, title: 'Two', ...at('Two') }], tables: [{ header: 'x', ...at('three | four') }] },
      metadata: {},
      warnings: [],
    });
    expect(document.title).toBeNull();
    const [heading] = document.structure.headings;
    const [table] = document.structure.tables;
    expect(document.text.slice(heading?.start, heading?.end)).toBe('Two');
    expect(document.text.slice(table?.start, table?.end)).toBe('three | four');
  });
});
