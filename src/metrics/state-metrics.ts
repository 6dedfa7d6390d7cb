/** What there is to do, whoever does it, as Prometheus gauges: asked of the servers at each scrape. What a worker has done: work-metrics.ts. */
import { Gauge, type Registry } from 'prom-client';
import { JOB_STATUSES } from '../domain/job-status';
import type { WorkAtHand } from '../service/ingestion-service';

/** The answer sets the gauges to what was found; what is not known is left out rather than told as it was. */
export function createStateMetrics(registry: Registry): (found: WorkAtHand) => void {
  const common = { registers: [registry] };
  const answers = new Gauge({ ...common, name: 'sluice_server_answers', help: '1 while the server answers, else 0.', labelNames: ['server'] });
  const jobs = new Gauge({ ...common, name: 'sluice_jobs', help: 'Jobs by their status.', labelNames: ['status'] });
  const waiting = new Gauge({ ...common, name: 'sluice_batches_waiting', help: 'Batches of active jobs that a phase has not finished and could: its backlog.', labelNames: ['phase'] });
  const oldest = new Gauge({ ...common, name: 'sluice_oldest_waiting_batch_seconds', help: 'How long the oldest of a phase that is not paused waits.', labelNames: ['phase'] });
  const tasks = new Gauge({ ...common, name: 'sluice_task_queue_backlog', help: 'Tasks in a task queue of Temporal that no worker has taken.', labelNames: ['task_queue'] });
  return (found) => {
    for (const gauge of [jobs, waiting, oldest, tasks]) gauge.reset();
    answers.set({ server: 'postgres' }, found.jobs === undefined ? 0 : 1);
    answers.set({ server: 'temporal' }, found.taskQueues === undefined ? 0 : 1);
    if (found.jobs !== undefined) for (const status of JOB_STATUSES) jobs.set({ status }, found.jobs[status]);
    for (const { phase, ...batches } of found.batches ?? []) {
      waiting.set({ phase }, batches.waiting);
      oldest.set({ phase }, batches.oldestSeconds);
    }
    for (const queue of found.taskQueues ?? []) tasks.set({ task_queue: queue.name }, queue.tasks);
  };
}
