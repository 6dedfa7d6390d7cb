/** What is promised of a job that something hurts, and how each promise is looked at. A violation begins with the letter or word of its promise. */

export interface Promised {
  key: string;
  promise: string;
  how: string;
}

/** The times that `time` and `recovery` promise. */
export const PROMISED_MS = { answer: 3_000, afterWorkerStart: 15_000, afterServerReturn: 10_000 } as const;

export const PROMISES: readonly Promised[] = [
  {
    key: 'a',
    promise: 'What is published is what an undisturbed job publishes, row for row: text, context, offsets, vector',
    how: 'the rows of `sluice.search_chunks` with their vectors, against those of one undisturbed job on the same documents',
  },
  {
    key: 'b',
    promise: 'No text is paid for twice, but those of requests under way at the fault or answered wrongly',
    how: 'the provider counts every text of every request, with the times at which it came and was answered',
  },
  {
    key: 'c',
    promise: 'Nothing of an ended job stays in staging, and no chunk without its document',
    how: 'the staging tables are empty; each document has as many chunks as it says',
  },
  {
    key: 'd',
    promise: "Mirror, workflow query, the workflow's result and Temporal's own word agree",
    how: 'the whole response compared, field by field; the mirror may take 90 s',
  },
  {
    key: 'e',
    promise: 'Whatever is told of a job is true: legal steps only, counts and progress that never fall, no end but the real one, no stack trace',
    how: 'service and mirror are asked five times a second all along, `sluice status` and `sluice jobs` in the middle of the fault',
  },
  {
    key: 'f',
    promise: 'Each document has exactly one outcome, and the counts of the job are those of the outcomes',
    how: 'the rows of `sluice.job_documents` against the response and what is published; only what the fault itself hit may fail',
  },
  {
    key: 'g',
    promise: 'No process, database session, lock or temporary file is left behind',
    how: 'after the workers were told to go: exit code 0, no parser child, no session, no advisory lock, an empty folder for temporary files',
  },
  {
    key: 'end',
    promise: 'The job ends by itself, COMPLETED, unless it was cancelled or its key refused; then its retry completes and pays nothing again',
    how: 'an end within 3 minutes of the fault; a FAILED job is retried and judged once more',
  },
  {
    key: 'time',
    promise: 'Each question is answered within 3 s, by a command with its start, as long as one of the servers that know is there',
    how: 'the same questions; on a machine that does something else too this says little',
  },
  {
    key: 'recovery',
    promise: 'Work goes on within 15 s of the start of another worker, within 10 s of the return of a server',
    how: "the first start of an activity after that in the job's histories",
  },
];
