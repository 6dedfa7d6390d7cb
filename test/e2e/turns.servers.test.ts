import { createTestFolder } from '../harness/test-folder';
import { createDeployment, EMBEDDING, type Deployment } from './deployment';
import { writeDocuments } from './documents';

const DOCUMENTS = 2_000;

let deployment: Deployment;

afterAll(() => deployment?.close());

test('a batch that takes long gives others a turn, goes on where it was, and loses and repeats nothing', async () => {
  const folder = createTestFolder();
  writeDocuments(folder, DOCUMENTS);
  deployment = await createDeployment();
  const { service, client, provider } = deployment;
  await deployment.startWorker();
  const { jobId } = await service.start({ collection: 'turns', source: { kind: 'folder', path: folder }, options: { embedding: EMBEDDING, batchDocuments: DOCUMENTS } });

  const ended = await deployment.waitForEnd(jobId);
  expect(ended).toMatchObject({ status: 'COMPLETED', documents: { total: DOCUMENTS, succeeded: DOCUMENTS, failed: 0 } });
  expect(await provider.stats()).toMatchObject({ repeatedTexts: 0 });
  const { events } = await client.workflow.getHandle(jobId).fetchHistory();
  const turns = events!.filter(({ activityTaskScheduledEventAttributes: scheduled }) => scheduled?.activityType?.name === 'loadBatch');
  // There is one batch only.
  expect(turns.length).toBeGreaterThan(1);
}, 180_000);
