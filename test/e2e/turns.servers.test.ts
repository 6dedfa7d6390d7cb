import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createWorker, type RunningWorker } from '../../src/temporal/worker';
import { createTestFolder } from '../harness/test-folder';
import { MISBEHAVING } from '../parsing/paths';
import { createDeployment, EMBEDDING, type Deployment } from './deployment';

const DOCUMENTS = 5;

let deployment: Deployment;
let worker: RunningWorker;

afterAll(async () => {
  await worker?.shutdown();
  await deployment?.close();
});

test('a batch that takes long goes back to its queue, goes on where it was, and loses and repeats nothing', async () => {
  const folder = createTestFolder();
  // 4 s each; the turn of a job's only batch is 8 s.
  for (let number = 0; number < DOCUMENTS; number++) writeFileSync(join(folder, `${number}.bad`), `nap ${number}`);
  deployment = await createDeployment();
  const { service, client, provider, env } = deployment;
  worker = await createWorker({
    client,
    connection: { address: env.TEMPORAL_ADDRESS! },
    namespace: env.TEMPORAL_NAMESPACE!,
    databaseUrl: env.DATABASE_URL!,
    openai: { apiKey: 'sk-test', baseUrl: provider.url },
    parsers: [MISBEHAVING],
  });
  const { jobId } = await service.start({ collection: 'turns', source: { kind: 'folder', path: folder }, options: { embedding: EMBEDDING } });

  const ended = await deployment.waitForEnd(jobId);
  expect(ended).toMatchObject({ status: 'COMPLETED', documents: { total: DOCUMENTS, succeeded: DOCUMENTS, failed: 0 } });
  expect(await provider.stats()).toMatchObject({ texts: DOCUMENTS, repeatedTexts: 0 });
  const { events } = await client.workflow.getHandle(jobId).fetchHistory();
  const turns = (name: string) => events!.filter(({ activityTaskScheduledEventAttributes: scheduled }) => scheduled?.activityType?.name === name).length;
  expect(turns('loadBatch')).toBeGreaterThan(1);
  // What takes less than a turn ends in it.
  expect(turns('chunkBatch')).toBe(1);
}, 180_000);
