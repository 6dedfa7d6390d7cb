import { JobStatusReader } from '../../src/service/job-status-reader';
import type { Workflows } from '../../src/temporal/workflows';
import { openDatabase, type OpenDatabase } from '../db/database';

let database: OpenDatabase;
beforeAll(async () => (database = await openDatabase()));
afterAll(() => database.close());

const never = () => new Promise<never>(() => undefined);
const seen = { run: { id: 'run', firstId: 'run' }, waits: {}, isWorkedOn: false };

test('of a job that has no row yet Temporal is not waited for without end, though it has answered before', async () => {
  const workflows = { namespace: 'default', look: () => Promise.resolve(seen), query: never, getStart: never } as Partial<Workflows> as Workflows;
  await expect(new JobStatusReader(database.db, workflows).read('new')).rejects.toMatchObject({ code: 'SERVER_UNREACHABLE' });
});
