import { setTimeout as sleep } from 'node:timers/promises';
import { readFile } from 'node:fs/promises';
import type { Client } from '@temporalio/client';
import { NativeConnection, Runtime, Worker, type WorkerOptions } from '@temporalio/worker';
import { BATCH_ACTIVITY } from '../../activities/contract';
import { createActivities } from '../../activities/create-activities';
import { failureInterceptor } from '../../activities/failure-interceptor';
import { Turns } from '../../activities/turns';
import { MAIN_TASK_QUEUE, taskQueueOf } from '../../workflows/task-queues';
import { createComputePool } from '../compute/compute-pool';
import type { TemporalConnectionOptions } from '../config/temporal-config';
import { connect } from '../db/connect';
import { JOB_PHASES, type JobPhase } from '../domain/job-phase';
import { createEmbeddingModels, type OpenAiAccess } from '../embedding/create-models';
import type { EmbeddingProvider } from '../embedding/provider';
import type { ProviderRates } from '../embedding/provider-rates';
import { observedProvider } from '../metrics/observed-provider';
import { NO_OBSERVER, type WorkObserver } from '../metrics/work-observer';
import { ownKindsOf } from '../input/own-kinds';
import { createParserPool } from '../parsing/child-process-pool';
import { createCurrentParserCheck } from '../parsing/current-parser';
import { readParserModules } from '../parsing/parser-modules';
import type { OwnSourceReader } from '../sources/source-reader';
import { startReconciler } from '../service/reconciler';
import { createSourceReaders } from '../sources/source-readers';
import type { JobTracing } from '../tracing/job-tracing';
import { Machine } from './machine';
import { measuringInterceptor, tracingInterceptor } from './observe-activities';
import { phaseSlots } from './phase-slots';
import { registerSearchAttributes } from './search-attributes';
import { WORKFLOW_BUNDLE_PATH } from './workflow-bundle';
import { createWorkflows } from './workflows';

/** So that a cancel is heard within half a second: by default heartbeats are held back for most of their timeout. */
const HEARTBEAT_THROTTLE_MS = 500;

/** After a worker's end its cached workflows are taken over by another this soon. */
const STICKY_TIMEOUT_MS = 2_000;

/** Longer than an ordinary batch, so that a worker that is told to go loses nothing. */
const SHUTDOWN_GRACE_MS = 20_000;

/** Then the rest has been cancelled; what goes on had been stopped before, and waits for a request that is paid for. */
const GOING_AWAY_AFTER_MS = SHUTDOWN_GRACE_MS + 1_000;

const CLOSE_PATIENCE_MS = 5_000;

export interface WorkerRequest {
  client: Client;
  connection: TemporalConnectionOptions;
  namespace: string;
  databaseUrl: string;
  /** Phases whose activities this worker does. Default: all. */
  phases?: readonly JobPhase[];
  openai?: OpenAiAccess;
  /** Limits of each embedding provider over all workers: every worker is given the same. Default: none. */
  providerRates?: ProviderRates;
  /** Readers of further kinds of source. */
  sources?: readonly OwnSourceReader[];
  /** Modules of further parsers, by path: they run in the parser children. */
  parsers?: readonly string[];
  /** Further embedding providers. */
  providers?: readonly EmbeddingProvider[];
  /** Default: nothing is measured. */
  observer?: WorkObserver;
  /** Workflows link to it. Default: they don't. */
  dashboardUrl?: string;
  /** Default: nothing is traced. */
  tracing?: JobTracing;
}

export interface RunningWorker {
  /** Resolves when the worker has ended, rejects when it broke. */
  readonly ended: Promise<void>;
  /** Ends it: batches at work may finish, then everything is closed. */
  shutdown(): Promise<void>;
}

/**
 * Puts a worker together and starts it: the composition root of everything that jobs need. Each worker serves the main queue and the
 * queues of its phases.
 */
export async function createWorker(request: WorkerRequest): Promise<RunningWorker> {
  const { sources = [], parsers: parserModules = [], providers = [], observer, tracing } = request;
  const own = ownKindsOf(sources, providers);
  const ownParsers = readParserModules(parserModules);
  const db = connect(request.databaseUrl);
  const parsers = createParserPool({ parserModules });
  // What computes in bulk gives way to what all jobs wait for: the event loop, Temporal and Postgres.
  const compute = createComputePool({ inBackground: true });
  const models = createEmbeddingModels({ compute, openai: request.openai ?? {}, providers, observe: observer && ((provider) => observedProvider(provider, observer)) });
  const workflows = createWorkflows(request.client);
  const machine = new Machine();
  const turns = new Turns(machine);
  const goingAway = new AbortController();
  const activities = createActivities({
    db,
    parsers,
    compute,
    models,
    providerRates: request.providerRates ?? {},
    isCurrentParser: createCurrentParserCheck(ownParsers),
    own,
    readers: createSourceReaders({ parsers, sources, moreEndings: ownParsers.flatMap((parser) => [...parser.endings]) }),
    workflows,
    turns,
    observer: observer ?? NO_OBSERVER,
    dashboardUrl: request.dashboardUrl,
    goingAway: goingAway.signal,
  });
  // A server that does not let us register them is one without: jobs ask before they use them.
  await registerSearchAttributes(request.client).catch(() => undefined);

  const connection = await NativeConnection.connect(request.connection);
  const common = {
    connection,
    namespace: request.namespace,
    activities: activities as unknown as WorkerOptions['activities'],
    // The outer ones see what Temporal is told.
    interceptors: { activity: [tracing && tracingInterceptor(tracing), observer && measuringInterceptor(observer), turns.interceptor, failureInterceptor].filter((inbound) => inbound !== undefined).map((inbound) => () => ({ inbound })) },
    maxHeartbeatThrottleInterval: HEARTBEAT_THROTTLE_MS,
    defaultHeartbeatThrottleInterval: HEARTBEAT_THROTTLE_MS,
    shutdownGraceTime: SHUTDOWN_GRACE_MS,
  } satisfies Partial<WorkerOptions>;
  const workflowBundle = { code: await readFile(WORKFLOW_BUNDLE_PATH, 'utf8') };
  const main = await Worker.create({ ...common, taskQueue: MAIN_TASK_QUEUE, workflowBundle, workflowThreadPoolSize: 1, stickyQueueScheduleToStartTimeout: STICKY_TIMEOUT_MS });
  const phaseWorkers = await Promise.all((request.phases ?? JOB_PHASES).map((phase) => Worker.create({ ...common, taskQueue: taskQueueOf(phase), tuner: phaseSlots(phase, machine, () => turns.waitingFor(BATCH_ACTIVITY[phase])) })));
  const workers = [main, ...phaseWorkers];

  const logger = Runtime.instance().logger;
  const reconciler = startReconciler({
    db,
    workflows,
    onMended(jobId, what) {
      observer?.mended(what);
      logger.warn('The mirror missed something of a job; mended', { jobId, what });
    },
    onJobFailed: (jobId, error) => logger.warn('A job of the mirror could not be compared with its workflow; tried again every 20 s', { jobId, error: messageOf(error) }),
    onFailed: (error) => logger.warn('The mirror could not be compared with Temporal; tried again every 20 s', { error: messageOf(error) }),
  });

  const ended = Promise.all(workers.map((worker) => worker.run())).then(() => undefined);
  const close = async () => {
    await reconciler.stop();
    const closed = Promise.allSettled([parsers.close(), compute.close(), db.destroy(), connection.close()]);
    // A connection to a database that has fallen silent is not waited for.
    await Promise.race([closed, sleep(CLOSE_PATIENCE_MS, undefined, { ref: false })]);
  };
  return {
    ended,
    async shutdown() {
      for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
      const patience = setTimeout(() => goingAway.abort(), GOING_AWAY_AFTER_MS);
      try {
        await ended;
      } finally {
        clearTimeout(patience);
        await close();
      }
    },
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
