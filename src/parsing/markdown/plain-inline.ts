/** The words of a heading without Markdown's inline markup. */

/** What follows is cut: no title is longer, and the cost of the patterns below stays small on any line. */
const MAX_CHARACTERS = 500;
/** The form of changelogs, `[1.2.0] - 2024-01-01`: a link by reference. */
const CHANGELOG_VERSION = /^\[([^[\]]+)\]/;
const ENTITIES: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&nbsp;': ' ' };

export function plainInline(markdown: string): string {
  // Twice: a badge is an image in a link.
  const linked = withoutLinks(withoutLinks(markdown.slice(0, MAX_CHARACTERS))).replace(CHANGELOG_VERSION, '$1');
  const parts = linked.replace(/\s\{#[^{}]*\}\s*$/, '').split('`');
  // With an odd number of backticks the last one is a character, not the begin of code.
  const isCode = (index: number): boolean => index % 2 === 1 && !(parts.length % 2 === 0 && index === parts.length - 1);
  const plain = parts.map((part, index) => (isCode(index) ? part : withoutMarkup(part)));
  return plain
    .join('')
    .split(/\s+/)
    .filter((word) => word !== '')
    .join(' ');
}

function withoutLinks(text: string): string {
  return text.replace(/!?\[([^[\]]*)\](?:\([^()]*\)|\[[^[\]]*\])/g, '$1');
}

function withoutMarkup(text: string): string {
  return text
    .replace(/(?<!\\)<\/?[A-Za-z][^<>]*>/g, '')
    .replace(/(\*{1,3}|~~)(?=\S)([^*~]*[^*~\s])\1/g, '$2')
    .replace(/(^|[\s(])(_{1,3})(?=\S)([^_]*[^_\s])\2(?=$|[\s).,:;!?])/g, '$1$3')
    .replace(/\\([!-/:-@[-`{-~])/g, '$1')
    .replace(/&(?:amp|lt|gt|quot|#39|nbsp);/g, (entity) => ENTITIES[entity] ?? entity);
}
