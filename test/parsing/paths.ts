/** Files that tests of parsing use. */
import path from 'node:path';

export const FIXTURES = path.resolve(__dirname, '../../../test/fixtures/parsing');
/** A module of parsers that do what no parser should: see misbehaving-parsers.ts. */
export const MISBEHAVING = path.join(__dirname, 'misbehaving-parsers.js');
