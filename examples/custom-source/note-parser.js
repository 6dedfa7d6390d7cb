/**
 * A parser of one's own, for files that end in `.note`: lines of `name: value`, an empty line, and the text. It runs in Sluice's parser
 * children, which may be killed at any moment; what it throws is the failure of that one document.
 */
const { DocumentFailure } = require('sluice');

/** @type {import('sluice').Parser} */
module.exports = {
  format: 'note',
  // Raise it when the same bytes give another document: what an older version has published is parsed again.
  version: 1,
  endings: ['.note'],

  parse(bytes) {
    const [head = '', ...paragraphs] = bytes.toString('utf8').split('\n\n');
    const metadata = Object.fromEntries([...head.matchAll(/^(\w+): (.+)$/gm)].map(([, name, value]) => [name, value]));
    if (metadata.title === undefined) throw new DocumentFailure('CORRUPT_DOCUMENT', 'The note has no title.');
    const text = `${metadata.title}\n\n${paragraphs.join('\n\n')}`;
    return {
      text,
      title: metadata.title,
      // Chunks of the text below a heading carry it as their context.
      structure: { headings: [{ level: 1, title: metadata.title, start: 0, end: metadata.title.length }], tables: [] },
      metadata,
      warnings: [],
    };
  },
};
