/**
 * A source of one's own: a text file of notes, divided by lines of three dashes. Each note is a document, with an address of its own.
 *
 * Discovery runs in a worker, loading perhaps in another: the folder must be one that all of them see.
 */
const { createHash } = require('node:crypto');
const { access, mkdir, readFile, writeFile } = require('node:fs/promises');
const path = require('node:path');
const { SluiceError } = require('sluice');

/**
 * @param {{ folder: string }} options the folder that notes are written to, so that parser children can open them
 * @returns {import('sluice').OwnSourceReader}
 */
function createNotesReader({ folder }) {
  return {
    kind: 'notes',

    // Each says what is wrong with the field's value, if anything. Fields that are not named here are refused.
    fields: {
      file: (value) => (typeof value === 'string' && path.isAbsolute(value) ? undefined : 'must be the absolute path of a file'),
    },

    // What the source is, whatever its filters: two jobs with one locator are jobs on one source.
    async locator({ file }) {
      return `notes:${file}`;
    },

    async check({ file }) {
      await access(file).catch((cause) => {
        throw new SluiceError('SOURCE_NOT_FOUND', `There is no file of notes at ${file}.`, { cause });
      });
    },

    // A page is a function of source and cursor: after a crash another worker goes on from the cursor.
    async discover({ file }, cursor, limit, signal) {
      const notes = (await readFile(file, 'utf8')).split(/^---\n/m).map((note) => note.trim());
      const start = Number(cursor ?? 0);
      const end = Math.min(start + limit, notes.length);
      await mkdir(folder, { recursive: true });
      const items = [];
      for (const note of notes.slice(start, end)) {
        signal.throwIfAborted();
        items.push(await documentOf(note, folder));
      }
      return { items, ...(end < notes.length && { next: String(end) }) };
    },
  };
}

async function documentOf(note, folder) {
  const [, title] = /^title: (.+)$/m.exec(note) ?? [];
  if (title === undefined) {
    return { kind: 'broken', uri: `${note.slice(0, 20)}….note`, code: 'INVALID_RECORD', message: 'The note has no title.' };
  }
  const hash = createHash('sha256').update(note).digest('hex');
  const file = path.join(folder, `${hash}.note`);
  await writeFile(file, note);
  // The ending chooses the parser. While the change token is the published one's, nothing is read.
  const uri = `${title.toLowerCase().replace(/[^a-z0-9]+/g, '-')}.note`;
  return { kind: 'document', uri, reference: { path: file }, size: Buffer.byteLength(note), changeToken: hash };
}

module.exports = { createNotesReader };
