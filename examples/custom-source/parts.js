/** What this example adds to Sluice: for the worker, and for programs that start jobs and search. */
const path = require('node:path');
const { createNotesReader } = require('./notes-source');
const { wordHashProvider } = require('./word-hash-provider');

module.exports = {
  sources: [createNotesReader({ folder: path.resolve('.sluice', 'notes') })],
  providers: [wordHashProvider],
  parsers: [require.resolve('./note-parser')],
};
