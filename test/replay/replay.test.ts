/** Today's workflow code replays what earlier code has recorded: jobs that run over a deployment go on. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { WORKFLOW_BUNDLE_PATH } from '../../src/temporal/workflow-bundle';
import type { Patch } from '../../workflows/patches';

const FIXTURES = join(__dirname, '..', '..', '..', 'test', 'fixtures', 'histories');

/** `code/kind`, such as `initial/paused`; a later run of the same job ends in `-run-2`. */
const names = readdirSync(FIXTURES).flatMap((code) => readdirSync(join(FIXTURES, code)).map((file) => `${code}/${file.replace('.json', '')}`));
const workflowBundle = { code: readFileSync(WORKFLOW_BUNDLE_PATH, 'utf8') };

interface RecordedHistory {
  events: {
    activityTaskScheduledEventAttributes?: { activityType: { name: string } };
    /** Of a patch: names it, in JSON as base64. */
    markerRecordedEventAttributes?: { details: { 'patch-data': { payloads: { data: string }[] } } };
  }[];
}

beforeAll(() => {
  // What a workflow logs when it is replayed is not news, and what fails is told by the test.
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });
});

afterAll(() => Runtime.instance().shutdown());

const read = (name: string) => JSON.parse(readFileSync(join(FIXTURES, `${name}.json`), 'utf8')) as RecordedHistory;

async function replay(name: string, history: RecordedHistory): Promise<Error | undefined> {
  for await (const { error } of Worker.runReplayHistories({ workflowBundle }, [{ workflowId: name, history }])) return error;
  throw new Error(`${name} was not replayed`);
}

test.each(names)('%s replays', async (name) => {
  expect(await replay(name, read(name))).toBeUndefined();
});

test('there is a history of each kind', () => {
  const kinds = ['plain', 'incremental', 'paused', 'paused-at-work', 'cancelled', 'cancelled-at-work', 'budget', 'bad-input', 'failed', 'failed-only-retry', 'continue-as-new', 'continue-as-new-run-2'];
  expect(names).toEqual(expect.arrayContaining(kinds.map((kind) => `initial/${kind}`)));
});

test.each([
  ['run-tells-mirror', 'initial/continue-as-new-run-2', 'run-tells-mirror/continue-as-new-run-2'],
  ['every-change-mirrored', 'initial/plain', 'every-change-mirrored/plain'],
  ['requests-in-order', 'initial/plain', 'requests-in-order/asked-early'],
] satisfies [Patch, string, string][])('a run of before the patch %s goes the old way, one of after it the new', (patch, before, after) => {
  const markers = (name: string) => read(name).events.flatMap((event) => event.markerRecordedEventAttributes?.details['patch-data'].payloads.map(({ data }) => Buffer.from(data, 'base64').toString()) ?? []);
  const hasMarker = (name: string) => markers(name).some((marker) => marker.includes(`"${patch}"`));
  expect([hasMarker(before), hasMarker(after)]).toEqual([false, true]);
});

test('a history that the code could not have made is refused', async () => {
  const history = read('initial/plain');
  // As if the code of then had done one activity before another.
  const [opening] = history.events.flatMap(({ activityTaskScheduledEventAttributes }) => activityTaskScheduledEventAttributes ?? []);
  opening!.activityType.name = 'mirrorJob';
  expect(await replay('changed', history)).toMatchObject({ name: 'DeterminismViolationError' });
});
