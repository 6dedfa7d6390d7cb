/** A thread of a parser child that ends the process when its parent is gone, whatever the main thread is doing. */
import { workerData } from 'node:worker_threads';

const INTERVAL_MS = 500;

setInterval(() => {
  // The parent's id as it was told: asked for here, it might be that of whoever adopted an orphan.
  if (process.ppid !== workerData) process.kill(process.pid, 'SIGKILL');
}, INTERVAL_MS);
