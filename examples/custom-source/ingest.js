/** Ingests a file of notes and asks a question: `node ingest.js notes.txt "Who signs a refund?"`, while worker.js runs. */
const path = require('node:path');
const { connectService } = require('sluice');
const { sources, providers } = require('./parts');

const COLLECTION = 'notes';

async function main(file, question) {
  const service = await connectService({ sources, providers });
  try {
    const { jobId } = await service.start({
      collection: COLLECTION,
      source: { kind: 'notes', file: path.resolve(file) },
      options: { embedding: { provider: 'word-hash' } },
    });
    const job = await service.waitForEnd(jobId);
    if (job.error) throw Object.assign(new Error(job.error.message), { code: job.error.code });
    console.log(`${job.documents.succeeded} notes indexed, ${job.documents.skipped} unchanged, ${job.documents.removed} removed.`);
    const [best] = await service.search({ collection: COLLECTION, query: question, limit: 1 });
    console.log(best ? `${best.documentUri}: ${best.text}` : 'Nothing found.');
  } finally {
    await service.close();
  }
}

const [file = path.join(__dirname, 'notes.txt'), question = 'Who signs a refund?'] = process.argv.slice(2);
main(file, question).then(
  () => process.exit(0),
  (error) => {
    console.error(`${error.code ?? 'INTERNAL'}: ${error.message}`);
    process.exit(1);
  },
);
