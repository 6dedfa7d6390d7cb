/**
 * A worker with parts of one's own, until Ctrl-C: `node worker.js`, on the servers that DATABASE_URL and TEMPORAL_ADDRESS name, with the
 * tables that `npx sluice migrate` makes.
 */
const { createWorker } = require('sluice');
const parts = require('./parts');

async function main() {
  const worker = await createWorker(parts);
  console.log('Working.');
  const stopped = new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, resolve);
  });
  // The worker ends by itself only when it breaks.
  await Promise.race([stopped, worker.ended]);
  await worker.shutdown();
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error(`${error.code ?? 'INTERNAL'}: ${error.message}`);
    process.exit(1);
  },
);
