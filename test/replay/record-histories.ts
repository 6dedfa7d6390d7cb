/**
 * Records the history of a job of each kind on real servers, for replay.test.ts: `npm run histories -- NAME`. The folder NAME is that of the
 * workflow's code as it is; what was recorded with earlier code stays, so that today's code is replayed against all of them. Further
 * arguments are the kinds to keep; default: all.
 */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import type { temporal } from '@temporalio/proto';
import { connect } from '../../src/db/connect';
import { migrateToLatest } from '../../src/db/migrate';
import { createParserPool } from '../../src/parsing/child-process-pool';
import { acquireServers } from '../../src/embedded/servers';
import { createIngestionService } from '../../src/service/create-ingestion-service';
import { createSourceReaders } from '../../src/sources/source-readers';
import { lazyClient } from '../../src/temporal/connect-client';
import { createWorker } from '../../src/temporal/worker';
import { installWorkerRuntime } from '../../src/temporal/worker-runtime';
import { startEmbeddingsServer } from '../embedding/embeddings-server';
import { recordedJobs } from './recorded-jobs';

type History = temporal.api.history.v1.IHistory;

const CHECKOUT = join(__dirname, '..', '..', '..');
const FIXTURES = join(CHECKOUT, 'test', 'fixtures', 'histories');

/** So that a job of a dozen batches goes through continue-as-new. */
const CONTINUE_AS_NEW_EVENTS = 100;

async function main(name: string, kinds: readonly string[]): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-histories-'));
  chmodSync(folder, 0o755);
  const say = (line: string) => void process.stderr.write(`${line}\n`);
  installWorkerRuntime({ level: 'error', format: 'text', say });
  const servers = await acquireServers({
    stateDir: join(folder, 'state'),
    mayStart: true,
    say,
    temporalDynamicConfig: { 'limit.historyCount.suggestContinueAsNew': CONTINUE_AS_NEW_EVENTS },
  });
  const provider = await startEmbeddingsServer({ dimensions: 8 });
  const connection = { address: servers.temporalAddress };
  const client = lazyClient(connection, servers.namespace);
  const db = connect(servers.databaseUrl);
  const parsers = createParserPool();
  try {
    await migrateToLatest(servers.databaseUrl);
    const openai = { apiKey: 'sk-test', baseUrl: provider.url };
    const start = () => createWorker({ client, connection, namespace: servers.namespace, databaseUrl: servers.databaseUrl, openai });
    let worker = await start();
    const withoutWorker = async (meanwhile: () => Promise<void>) => {
      await worker.shutdown();
      await meanwhile();
      worker = await start();
    };
    const service = createIngestionService({ client, db, readers: createSourceReaders({ parsers }), models: undefined as never });
    const documents = join(folder, 'documents');
    const target = join(FIXTURES, name);
    mkdirSync(target, { recursive: true });
    for await (const { kind, jobId } of recordedJobs({ service, client, provider, folder: documents, withoutWorker })) {
      if (kinds.length > 0 && !kinds.includes(kind)) continue;
      const runs = await fetchRuns(client, jobId);
      runs.forEach((history, index) => {
        const { events } = JSON.parse(historyToJSON(history)) as { events: object[] };
        // An event a line: small, and still to be read.
        const lines = events.map((event) => JSON.stringify(event, withoutMachine)).join(',\n');
        writeFileSync(join(target, `${kind}${index === 0 ? '' : `-run-${index + 1}`}.json`), `{"events":[\n${lines}\n]}\n`);
      });
      say(`${kind}: ${runs.length} run${runs.length === 1 ? '' : 's'}`);
    }
    await worker.shutdown();
  } finally {
    await client.connection.close();
    await Promise.all([db.destroy(), provider.close(), parsers.close()]);
    await servers.release();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The runs of a job's chain, the first one first. */
async function fetchRuns(client: Client, jobId: string): Promise<History[]> {
  const runs: History[] = [];
  let runId: string | undefined = (await client.workflow.getHandle(jobId).describe()).runId;
  while (runId) {
    const history = await client.workflow.getHandle(jobId, runId).fetchHistory();
    runs.unshift(history);
    runId = history.events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId ?? undefined;
  }
  return runs;
}

/** Process id and host name of who recorded it, where its checkout lies, and the server's own numbers, are nobody's concern. */
function withoutMachine(key: string, value: unknown): unknown {
  if (key === 'identity' || key === 'workerVersion' || key === 'taskId') return undefined;
  return typeof value === 'string' ? value.replaceAll(CHECKOUT, '/sluice') : value;
}

const [name, ...kinds] = process.argv.slice(2);
if (name === undefined || !/^[a-z0-9-]+$/.test(name)) throw new Error('npm run histories -- NAME [KIND…]: a folder of test/fixtures/histories, such as 2026-11-try-cancel.');
main(name, kinds).then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
    process.exit(1);
  },
);
