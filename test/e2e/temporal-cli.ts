/** Temporal's own command line as a client: it knows the names of the contract and nothing of Sluice. */
import { join } from 'node:path';
import type { JobStatusResponse } from '../../src/domain/job-view';
import { openCacheFolder } from '../../src/embedded/cache-folder';
import { getTemporalBinary } from '../../src/embedded/find-temporal';
import { getServerUser } from '../../src/embedded/server-user';
import { startProcess } from '../harness/start-process';
import { createTestFolder } from '../harness/test-folder';
import type { Deployment } from './deployment';

/** Starts a job and waits for its end; answers the job as the workflow tells it. */
export async function startWithTemporalCli(deployment: Deployment, jobId: string, input: unknown): Promise<JobStatusResponse> {
  const start = await temporal(deployment, ['workflow', 'start', '--type', 'ingestionWorkflow', '--task-queue', 'sluice', '--workflow-id', jobId, '--input', JSON.stringify(input)]);
  expect(start).toMatchObject({ code: 0 });
  // Exits with 1 when the workflow has failed.
  await temporal(deployment, ['workflow', 'result', '--workflow-id', jobId]);
  return queryWithTemporalCli(deployment, jobId, 'jobStatus');
}

export async function queryWithTemporalCli<T>(deployment: Deployment, jobId: string, query: string): Promise<T> {
  const answer = await temporal(deployment, ['workflow', 'query', '--workflow-id', jobId, '--type', query, '--output', 'json']);
  expect(answer).toMatchObject({ code: 0 });
  return (JSON.parse(answer.stdout) as { queryResult: [T] }).queryResult[0];
}

export async function temporal({ env }: Deployment, args: readonly string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const program = startProcess(await findTemporal(), args, { env });
  const { code } = await program.exit;
  return { code, stdout: program.stdout, stderr: program.stderr };
}

/** In the cache that the test run's servers came from. */
export async function findServerCache(): Promise<string> {
  const stateDir = createTestFolder();
  return openCacheFolder(stateDir, getServerUser(join(stateDir, 'none')), () => undefined);
}

async function findTemporal(): Promise<string> {
  return getTemporalBinary(findServerCache, () => undefined);
}
