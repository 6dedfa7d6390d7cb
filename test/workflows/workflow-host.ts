/** A worker in this process that runs the real workflow with fake activities, in a namespace of its own. */
import { readFile } from 'node:fs/promises';
import { Client, Connection, type WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import { DefaultLogger, defaultSinks, NativeConnection, Runtime, Worker, type LogEntry } from '@temporalio/worker';
import type { Activities } from '../../activities/activities';
import type { IngestionInput } from '../../src/domain/ingestion-input';
import { JOB_PHASES } from '../../src/domain/job-phase';
import type { JobStatusResponse } from '../../src/domain/job-view';
import { WORKFLOW_BUNDLE_PATH } from '../../src/temporal/workflow-bundle';
import { jobStatusQuery, WORKFLOW_TYPE } from '../../workflows/contract';
import { MAIN_TASK_QUEUE, taskQueueOf } from '../../workflows/task-queues';
import { expectEventually } from '../harness/expect-eventually';
import { createTestNamespace } from '../harness/test-namespace';
import { getTestServers } from '../harness/test-servers';
import { FakeJob, type FakePlan } from './fake-job';

export interface StartedJob {
  handle: WorkflowHandleWithFirstExecutionRunId;
  fake: FakeJob;
  status(): Promise<JobStatusResponse>;
  /** The statuses of the four phases by their first letters, such as `CRPN`. */
  letters(): Promise<string>;
  untilLetters(letters: string): Promise<void>;
}

export interface WorkflowHost {
  client: Client;
  /** What workflows logged. */
  logged: LogEntry[];
  start(plan?: FakePlan, options?: IngestionInput['options'], input?: unknown): Promise<StartedJob>;
  /** Between two workers that run workflows; activities have theirs all along. */
  restartWorkflowWorker(meanwhile: () => Promise<void>): Promise<void>;
  /** Replays the history of every run of every job of this host: what is not deterministic throws. Returns how many runs there were. */
  replayAll(): Promise<number>;
  close(): Promise<void>;
}

const INPUT: IngestionInput = { collection: 'handbook', source: { kind: 'folder', path: '/data/handbook' } };

export async function createWorkflowHost(): Promise<WorkflowHost> {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  const address = getTestServers().temporalAddress;
  const namespace = await createTestNamespace();
  const connection = await Connection.connect({ address });
  const native = await NativeConnection.connect({ address });
  const client = new Client({ connection, namespace });
  const logged: LogEntry[] = [];
  const jobs = new Map<string, FakeJob>();
  const workflowBundle = { code: await readFile(WORKFLOW_BUNDLE_PATH, 'utf8') };
  const common = { connection: native, namespace, activities: dispatching(jobs), maxHeartbeatThrottleInterval: 100, defaultHeartbeatThrottleInterval: 100 };
  const logger = new DefaultLogger('INFO', (entry) => logged.push(entry));
  const run = (worker: Worker) => ({ worker, over: worker.run() });
  const runWorkflows = async () => run(await Worker.create({ ...common, taskQueue: MAIN_TASK_QUEUE, workflowBundle, sinks: defaultSinks(logger) }));
  const stop = async ({ worker, over }: ReturnType<typeof run>) => {
    worker.shutdown();
    await over;
  };
  let workflows = await runWorkflows();
  const activities = await Promise.all(JOB_PHASES.map(async (phase) => run(await Worker.create({ ...common, taskQueue: taskQueueOf(phase) }))));
  let number = 0;

  return {
    client,
    logged,
    async start(plan = {}, options, input = { ...INPUT, options }) {
      const workflowId = `job-${++number}`;
      const fake = new FakeJob(plan);
      jobs.set(workflowId, fake);
      const handle = await client.workflow.start(WORKFLOW_TYPE, { workflowId, taskQueue: MAIN_TASK_QUEUE, args: [input] });
      const status = () => handle.query(jobStatusQuery);
      const letters = async () => (await status()).phases.map((phase) => phase.status[0]).join('');
      return { handle, fake, status, letters, untilLetters: (wanted) => expectEventually(async () => expect(await letters()).toBe(wanted)) };
    },
    async restartWorkflowWorker(meanwhile) {
      await stop(workflows);
      await meanwhile();
      workflows = await runWorkflows();
    },
    async replayAll() {
      let runs = 0;
      for (const workflowId of jobs.keys()) {
        for await (const { runId } of client.workflow.list({ query: `WorkflowId = "${workflowId}"` })) {
          await Worker.runReplayHistory({ workflowBundle }, await client.workflow.getHandle(workflowId, runId).fetchHistory());
          runs++;
        }
      }
      return runs;
    },
    async close() {
      await Promise.all([workflows, ...activities].map(stop));
      await native.close();
      await connection.close();
      await Runtime.instance().shutdown();
    },
  };
}

/** The activities of whichever job a call is for. */
function dispatching(jobs: ReadonlyMap<string, FakeJob>): Activities {
  const of = (jobId: string): Activities => {
    const fake = jobs.get(jobId);
    if (fake === undefined) throw new Error(`No test has started ${jobId}`);
    return fake.activities;
  };
  return {
    openJob: (argument) => of(argument.jobId).openJob(argument),
    discoverDocuments: (argument) => of(argument.jobId).discoverDocuments(argument),
    loadBatch: (argument) => of(argument.jobId).loadBatch(argument),
    chunkBatch: (argument) => of(argument.jobId).chunkBatch(argument),
    embedBatch: (argument) => of(argument.jobId).embedBatch(argument),
    indexBatch: (argument) => of(argument.jobId).indexBatch(argument),
    finishJob: (argument) => of(argument.jobId).finishJob(argument),
    mirrorJob: (snapshot) => of(snapshot.job.jobId).mirrorJob(snapshot),
    closeJob: (argument) => of(argument.jobId).closeJob(argument),
  };
}
