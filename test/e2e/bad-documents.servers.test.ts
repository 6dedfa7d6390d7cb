import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { startCli } from '../harness/start-process';
import { createTestFolder } from '../harness/test-folder';
import { createDeployment, type Deployment } from './deployment';
import { writeDocuments } from './documents';

const EXAMPLES = join(__dirname, '..', '..', '..', 'examples', 'documents');
const GOOD = 50;

let deployment: Deployment;

beforeAll(async () => {
  deployment = await createDeployment();
});

afterAll(() => deployment?.close());

test('bad documents among good ones fail alone: the job completes with exit code 3 and says which, why, and in which phase', async () => {
  const folder = createTestFolder();
  writeDocuments(folder, GOOD);
  const bad = join(folder, 'bad');
  mkdirSync(bad);
  copyFileSync(join(EXAMPLES, 'asme-paper.pdf'), join(bad, 'good.pdf'));
  writeFileSync(join(bad, 'corrupt.pdf'), '%PDF-1.7\nthis is no page tree\n%%EOF\n');
  writeFileSync(join(bad, 'bomb.pdf'), flateBomb());
  writeFileSync(join(bad, 'empty.md'), '');
  writeFileSync(join(bad, 'torn.jsonl'), '{"id": "whole", "text": "A whole record."}\n\0\0\0\0\n');
  writeFileSync(join(bad, 'picture.md'), Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'));
  writeFileSync(join(bad, 'ignored.png'), Buffer.from('89504e470d0a1a0a', 'hex'));

  await deployment.startWorker();
  const ingest = startCli(['ingest', folder, '--collection', 'mixed', '--json'], { env: deployment.env });
  expect(await ingest.exit).toMatchObject({ code: 3 });
  const job = JSON.parse(ingest.stdout) as { jobId: string };
  expect(job).toMatchObject({ status: 'COMPLETED', documents: { total: GOOD + 7, succeeded: GOOD + 2, failed: 5, ignored: 1 } });

  const failures = startCli(['failures', job.jobId, '--json'], { env: deployment.env });
  expect(await failures.exit).toMatchObject({ code: 0 });
  const { documents } = JSON.parse(failures.stdout) as { documents: { uri: string; phase: string; code: string; message: string }[] };
  expect(documents.map(({ uri, phase, code }) => ({ uri, phase, code })).sort((a, b) => (a.uri < b.uri ? -1 : 1))).toEqual([
    { uri: 'bad/bomb.pdf', phase: 'LOADING', code: expect.stringMatching(/PARSE_MEMORY|PARSE_TIMEOUT|CORRUPT_DOCUMENT|TOO_LARGE/) as string },
    { uri: 'bad/corrupt.pdf', phase: 'LOADING', code: 'CORRUPT_DOCUMENT' },
    { uri: 'bad/empty.md', phase: 'LOADING', code: 'EMPTY_DOCUMENT' },
    { uri: 'bad/picture.md', phase: 'LOADING', code: 'BINARY_CONTENT' },
    { uri: 'bad/torn.jsonl#2', phase: 'LOADING', code: 'INVALID_RECORD' },
  ]);
  for (const { message } of documents) expect(message).not.toBe('');

  const search = startCli(['search', 'hyperlinks and bookmarks in the pdf file', '--collection', 'mixed', '--json'], { env: deployment.env });
  expect(await search.exit).toMatchObject({ code: 0 });
  expect((JSON.parse(search.stdout) as { results: { documentUri: string }[] }).results.map((result) => result.documentUri)).toContain('bad/good.pdf');
}, 180_000);

/** A PDF of some kilobytes whose one page inflates to 256 MiB. */
function flateBomb(): Buffer {
  const content = deflateSync(deflateSync(Buffer.alloc(256 * 1024 * 1024, '0 0 m ')));
  const objects = [
    '1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n',
    '2 0 obj\n<< /Type /Pages /Kids [3 0 R] /Count 1 >>\nendobj\n',
    '3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] /Contents 4 0 R >>\nendobj\n',
  ];
  const head = Buffer.from(`%PDF-1.7\n${objects.join('')}4 0 obj\n<< /Length ${content.length} /Filter [/FlateDecode /FlateDecode] >>\nstream\n`);
  return Buffer.concat([head, content, Buffer.from('\nendstream\nendobj\ntrailer\n<< /Root 1 0 R /Size 5 >>\n%%EOF\n')]);
}
