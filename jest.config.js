// Tests run on what tsc built: the same code, threads, child processes and workflow bundle as in production.

const { findBrowser, HOW_TO_INSTALL } = require('./dist/test/dashboard/find-browser');

const isBrowserMissing = findBrowser() === undefined && process.env.CI !== 'true';
if (isBrowserMissing) process.stderr.write(`\nThe tests of the dashboard are left out. ${HOW_TO_INSTALL}\n\n`);

const project = {
  roots: ['<rootDir>/dist/test'],
  testEnvironment: '<rootDir>/dist/test/harness/test-environment.js',
  transform: {},
};

module.exports = {
  testTimeout: 60_000,
  // Concurrent tests of a file: each has processes of its own, for which a small machine must have room.
  maxConcurrency: 3,
  projects: [
    { ...project, displayName: 'unit', testMatch: ['**/*.test.js'], testPathIgnorePatterns: ['\\.servers\\.test\\.js$'] },
    {
      ...project,
      displayName: 'servers',
      testMatch: ['**/*.servers.test.js'],
      testPathIgnorePatterns: isBrowserMissing ? ['/dist/test/dashboard/'] : [],
      // One PostgreSQL and one Temporal for the run, started only when one of these files is among the tests to run.
      globalSetup: '<rootDir>/dist/test/harness/global-setup.js',
      globalTeardown: '<rootDir>/dist/test/harness/global-teardown.js',
    },
  ],
};
