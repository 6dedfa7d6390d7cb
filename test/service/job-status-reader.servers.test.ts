import { JobStatusReader } from '../../src/service/job-status-reader';
import type { ServedPhases } from '../../src/temporal/served-phases';
import type { Workflows } from '../../src/temporal/workflows';
import { openDatabase, type OpenDatabase } from '../db/database';

let database: OpenDatabase;
beforeAll(async () => (database = await openDatabase()));
afterAll(() => database.close());

const never = () => new Promise<never>(() => undefined);
const NOBODY: ServedPhases = { atWork: () => Promise.resolve([]), handedOut: () => Promise.resolve([]) };
const seen = { run: { id: 'run', firstId: 'run' }, waits: {}, isWorkedOn: false };

test('of a job that has no row yet Temporal is not waited for without end, though it has answered before', async () => {
  const workflows = { namespace: 'default', look: () => Promise.resolve(seen), query: never, getStart: never } as Partial<Workflows> as Workflows;
  await expect(new JobStatusReader(database.db, workflows, NOBODY).read('new')).rejects.toMatchObject({ code: 'SERVER_UNREACHABLE' });
});

test.each([
  ['no worker is at work in any job: there is none', [], 'NO_WORKER'],
  ['a worker is at work in another job: it is busy', ['CHUNKING' as const], null],
])('where the workflow does not answer in time and %s', async (_name, atWork, waitReason) => {
  const start = { input: {}, startedAt: new Date(Date.now() - 60_000).toISOString() };
  const workflows = { namespace: 'default', look: () => Promise.resolve(seen), query: never, getStart: () => Promise.resolve(start) } as Partial<Workflows> as Workflows;
  const view = await new JobStatusReader(database.db, workflows, { ...NOBODY, atWork: () => Promise.resolve(atWork) }).read('late');
  expect(view.phases.map((phase) => phase.waitReason)).toEqual(Array(4).fill(waitReason));
});
