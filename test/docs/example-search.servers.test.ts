import path from 'node:path';
import type { SearchResult } from '../../src/search/search-result';
import { createTestDatabase, type TestDatabase } from '../harness/test-database';
import { createTestNamespace } from '../harness/test-namespace';
import { startCli } from '../harness/start-process';
import { getTestServers } from '../harness/test-servers';
import { readText, ROOT } from './repository';

const COLLECTION = 'examples';
const questions = JSON.parse(readText('examples/questions.json')) as { question: string; document: string; passage: string }[];

let database: TestDatabase;
let env: Record<string, string>;

beforeAll(async () => {
  database = await createTestDatabase();
  env = { DATABASE_URL: database.url, TEMPORAL_ADDRESS: getTestServers().temporalAddress, TEMPORAL_NAMESPACE: await createTestNamespace() };
  const worker = startCli(['worker'], { env });
  await worker.waitForLine(/Working on/);
  const ingest = startCli(['ingest', path.join(ROOT, 'examples/documents'), '--collection', COLLECTION], { env });
  expect(await ingest.exit).toMatchObject({ code: 0 });
}, 120_000);

afterAll(() => database?.drop());

test.each(questions)('"$question" finds its passage first', async ({ question, document, passage }) => {
  const search = startCli(['search', question, '--collection', COLLECTION, '--json'], { env });
  expect(await search.exit).toMatchObject({ code: 0 });
  const [first] = (JSON.parse(search.stdout) as { results: SearchResult[] }).results;
  expect(first).toMatchObject({ documentUri: document, text: expect.stringContaining(passage) });
});
