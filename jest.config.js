// Tests run on what tsc built: the same code, threads, child processes and workflow bundle as in production.
const esmOnly = ['mdast-util-.*', 'micromark.*', 'unist-util-.*', 'decode-named-character-reference', 'character-entities.*', 'devlop', 'dequal', 'unpdf', 'linkedom'];

module.exports = {
  roots: ['<rootDir>/dist/test'],
  testMatch: ['**/*.test.js'],
  testEnvironment: 'node',
  transform: { [`node_modules/(${esmOnly.join('|')})/.*\\.m?js$`]: ['@swc/jest', { jsc: { target: 'es2022' }, module: { type: 'commonjs' } }] },
  transformIgnorePatterns: [],
  testTimeout: 60_000,
};
