// Ingests a folder over HTTP, watches the job to its end and searches, with the client that the package exports.
// Beside `npx sluice up`: node examples/clients/http-client.mjs FOLDER COLLECTION "QUESTION" [http://127.0.0.1:7070]
import path from 'node:path';
import { createSluiceClient, SluiceApiError } from 'sluice/client';

const [folder = 'examples/documents', collection = 'examples', query = 'What is ownership?', baseUrl = 'http://127.0.0.1:7070'] = process.argv.slice(2);
const sluice = createSluiceClient({ baseUrl, apiKey: process.env.SLUICE_API_KEY });

try {
  const { jobId } = await sluice.startJob({ collection, source: { kind: 'folder', path: path.resolve(folder) } });
  // Goes on by itself when the connection breaks.
  for await (const job of sluice.watchJob(jobId)) console.log(`${job.status} ${job.progress}% ${job.currentPhase ?? ''}`);
  for (const { documentUri, text } of await sluice.search(collection, { query, limit: 3 })) console.log(`${documentUri}: ${text.slice(0, 80)}`);
} catch (error) {
  if (!(error instanceof SluiceApiError)) throw error;
  console.error(`${error.code}: ${error.message} ${error.hint}`);
  process.exitCode = 1;
}
