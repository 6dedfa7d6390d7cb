/**
 * The formats that Sluice reads: the one table. A new format is a file in formats/ and a line here.
 * Each is loaded when its first document arrives, so that a child holds only the libraries it needs.
 */
import { parserVersion, type Parser } from './parser';

type Parse = Parser['parse'];

interface Format {
  /** Raised whenever the same bytes may give another document. */
  version: number;
  endings: readonly string[];
  load(): Parse;
}

export const FORMATS = {
  markdown: {
    version: 1,
    endings: ['.md', '.markdown', '.mdx'],
    load: () => (require('./formats/markdown') as typeof import('./formats/markdown')).parseMarkdown,
  },
  text: { version: 1, endings: ['.txt', '.text'], load: () => (require('./formats/text') as typeof import('./formats/text')).parseText },
  html: {
    version: 1,
    endings: ['.html', '.htm', '.xhtml'],
    load: () => (require('./formats/html') as typeof import('./formats/html')).parseHtml,
  },
  pdf: { version: 1, endings: ['.pdf'], load: () => (require('./formats/pdf') as typeof import('./formats/pdf')).parsePdf },
  docx: { version: 1, endings: ['.docx'], load: () => (require('./formats/docx') as typeof import('./formats/docx')).parseDocx },
  csv: { version: 1, endings: ['.csv', '.tsv'], load: () => (require('./formats/csv') as typeof import('./formats/csv')).parseCsv },
  json: { version: 1, endings: ['.json'], load: () => (require('./formats/json') as typeof import('./formats/json')).parseJson },
  // Lines of JSON are a container: as one document they are read only when they hold no record.
  jsonl: {
    version: 1,
    endings: ['.jsonl', '.ndjson'],
    load: () => (require('./formats/jsonl') as typeof import('./formats/jsonl')).parseJsonLines,
  },
  record: { version: 1, endings: [], load: () => (require('./formats/record') as typeof import('./formats/record')).parseRecord },
} as const satisfies Record<string, Format>;

export type FormatName = keyof typeof FORMATS;

/** The built-in parser of a format. */
export function builtInParser(name: FormatName): Parser {
  const { version, endings, load } = FORMATS[name];
  return { format: name, version, endings, parse: (bytes, context) => (load() as Parse)(bytes, context) };
}

/** The format that an ending names; undefined: none of the built-in ones. */
export function findFormatByEnding(ending: string): FormatName | undefined {
  return FORMAT_NAMES.find((name) => (FORMATS[name].endings as readonly string[]).includes(ending));
}

export const FORMAT_NAMES = Object.keys(FORMATS) as FormatName[];

/** Every parser version that is current, such as `markdown@1`. */
export const PARSER_VERSIONS: readonly string[] = FORMAT_NAMES.map((name) =>
  parserVersion({ format: name, version: FORMATS[name].version }),
);
