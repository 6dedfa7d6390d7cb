/** A thread of a parser child that ends the process when its parent is gone, whatever the main thread is doing. */

const INTERVAL_MS = 500;
const parent = process.ppid;

setInterval(() => {
  if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
}, INTERVAL_MS);
