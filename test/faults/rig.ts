/** What all cells of a run share: servers, a provider, the network between them and the workers, documents, and what an undisturbed job makes of them. */
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeDocuments } from '../e2e/documents';
import { startEmbeddingsServer, type EmbeddingsServer } from '../embedding/embeddings-server';
import { makeTemplateDatabase } from '../harness/template-database';
import { FaultServers, portOf } from './servers';
import { startTcpProxy, type TcpProxy } from './tcp-proxy';

export const DOCUMENTS = 300;
const DIMENSIONS = 64;

/** `embedding` of a job's options for the rig's provider. */
export const EMBEDDING = { provider: 'openai', model: 'test-embedding', dimensions: DIMENSIONS } as const;

export interface Rig {
  readonly folder: string;
  /** The source of every job. */
  readonly documents: string;
  readonly servers: FaultServers;
  readonly template: string;
  readonly proxies: { readonly postgres: TcpProxy; readonly temporal: TcpProxy };
  readonly provider: EmbeddingsServer;
  /** Rows that an undisturbed job publishes (JSON), by document; set by the first run. */
  reference: ReadonlyMap<string, readonly string[]>;
  close(): Promise<void>;
}

/** @param parent where its folder is made; default: the system's for temporary files */
export async function startRig(parent = tmpdir()): Promise<Rig> {
  const folder = realpathSync(mkdtempSync(join(parent, 'sluice-faults-')));
  chmodSync(folder, 0o755);
  const documents = join(folder, 'documents');
  mkdirSync(documents);
  writeDocuments(documents, DOCUMENTS);
  const servers = new FaultServers(join(folder, 'state'));
  await servers.ensure();
  const template = await makeTemplateDatabase(servers.databaseUrl);
  const [postgres, temporal] = await Promise.all([startTcpProxy(portOf(servers.databaseUrl)), startTcpProxy(portOf(servers.temporalAddress))]);
  const provider = await startEmbeddingsServer({ dimensions: DIMENSIONS });
  return {
    folder,
    documents,
    servers,
    template,
    proxies: { postgres, temporal },
    provider,
    reference: new Map(),
    async close() {
      await Promise.allSettled([postgres.close(), temporal.close(), provider.close()]);
      await servers.stop();
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}
