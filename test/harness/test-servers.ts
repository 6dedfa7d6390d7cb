/** How the test run's servers reach the test files: through one environment variable, set by global-setup.ts. */
const VARIABLE = 'SLUICE_TEST_SERVERS';

export interface TestServers {
  /** With the right to create databases. */
  readonly databaseUrl: string;
  /** Name of the migrated database that tests clone. */
  readonly template: string;
  readonly temporalAddress: string;
}

export function publishTestServers(json: string): void {
  process.env[VARIABLE] = json;
}

/** @throws Error in a test file that was started without servers */
export function getTestServers(): TestServers {
  const json = process.env[VARIABLE];
  if (!json) throw new Error('This test needs servers: name its file *.servers.test.ts.');
  return JSON.parse(json) as TestServers;
}
