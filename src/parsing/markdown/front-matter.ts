/** YAML front matter: told from text, read within bounds, and never the reason to lose the body. */
import { parse as parseYaml } from 'yaml';
import { smallMetadata } from '../document-metadata';
import type { JsonValue } from '../parsed-document';

export interface FrontMatter {
  metadata: Record<string, JsonValue>;
  /** Where the body begins; 0: there is no front matter. */
  bodyStart: number;
  warnings: string[];
}

/** What is longer is no front matter: looking on for the closing line would read a whole book. */
const MAX_CHARACTERS = 64 * 1024;
/** Aliases multiply: YAML's own bomb. Real front matter has a few. */
const MAX_ALIASES = 32;
const KEY_LINE = /^([A-Za-z_][\w.-]{0,99}):(?:[ \t]+(.*))?$/;

/** @param text cleaned: LF line ends, no byte order mark */
export function readFrontMatter(text: string): FrontMatter {
  const none: FrontMatter = { metadata: {}, bodyStart: 0, warnings: [] };
  const opening = /^---[ \t]*\n/.exec(text.slice(0, 1024));
  if (opening === null) return none;
  const head = text.slice(0, MAX_CHARACTERS);
  const closing = /^(?:---|\.\.\.)[ \t]*$/m;
  const rest = head.slice(opening[0].length);
  const end = closing.exec(rest);
  if (end === null) return none;
  const yaml = rest.slice(0, end.index);
  const bodyStart = Math.min(text.length, opening[0].length + end.index + end[0].length + 1);
  if (yaml.trim() === '') return { ...none, bodyStart };
  const values = yamlValues(yaml);
  if (values !== undefined) return { metadata: smallMetadata(values), bodyStart, warnings: [] };
  const salvaged = linesWithKeys(yaml);
  // Text between two thematic breaks has no keys: it is the body.
  if (salvaged === undefined) return none;
  return {
    metadata: smallMetadata(salvaged),
    bodyStart,
    warnings: ['The front matter is not valid YAML; only its plain lines were read.'],
  };
}

function yamlValues(yaml: string): object | undefined {
  try {
    const values: unknown = parseYaml(yaml, { maxAliasCount: MAX_ALIASES, logLevel: 'error', uniqueKeys: false, schema: 'core' });
    return values !== null && typeof values === 'object' && !Array.isArray(values) ? values : undefined;
  } catch {
    return undefined;
  }
}

function linesWithKeys(yaml: string): Record<string, string> | undefined {
  const lines = yaml.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  if (!lines.every((line) => KEY_LINE.test(line) || /^[ \t-]/.test(line)) || !KEY_LINE.test(lines[0] ?? '')) return undefined;
  const entries = lines.flatMap((line) => {
    const match = KEY_LINE.exec(line);
    return match?.[1] !== undefined && match[2] ? [[match[1], match[2].trim().replace(/^(["'])(.*)\1$/, '$2')] as const] : [];
  });
  return Object.fromEntries(entries);
}
