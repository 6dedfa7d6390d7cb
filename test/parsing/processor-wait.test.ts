import { spawn } from 'node:child_process';
import { availableParallelism, constants, setPriority } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import * as processorWait from '../../src/parsing/pool/processor-wait';
import { useParsing } from './harness';
import { MISBEHAVING } from './paths';

const { parse } = useParsing({ children: 1, timeLimitMs: 3_000, parserModules: [MISBEHAVING] });

/** As on a machine so busy that a child does nothing but wait for a processor. */
const onBusyMachine = () => jest.spyOn(processorWait, 'findProcessorWaitMs').mockImplementation(() => performance.now());

afterEach(() => jest.restoreAllMocks());

test('a document that waits for a processor has as much longer', async () => {
  onBusyMachine();
  // 4 s, of 3 s.
  await expect(parse('a.bad', 'nap')).resolves.toBeDefined();
}, 60_000);

test('one that waits for something else has not', async () => {
  jest.spyOn(processorWait, 'findProcessorWaitMs').mockReturnValue(0);
  await expect(parse('a.bad', 'nap')).rejects.toMatchObject({ code: 'PARSE_TIMEOUT' });
}, 60_000);

test('none has three times as long', async () => {
  onBusyMachine();
  const startedMs = performance.now();
  await expect(parse('a.bad', 'loop')).rejects.toMatchObject({ code: 'PARSE_TIMEOUT', message: 'Parsing took longer than 3 s.' });
  expect(performance.now() - startedMs).toBeGreaterThan(8_900);
}, 60_000);

const onLinux = process.platform === 'linux' ? test : () => undefined;

onLinux('a process beside others that go before it waits most of its time', async () => {
  const loop = () => spawn(process.execPath, ['-e', 'const end = Date.now() + 30_000; while (Date.now() < end);']);
  const startedMs = performance.now();
  const last = loop();
  setPriority(last.pid!, constants.priority.PRIORITY_LOW);
  const others = Array.from({ length: 4 * availableParallelism() }, loop);
  try {
    let part = 0;
    for (let second = 0; second < 15 && !(part > 0.5); second++) {
      await setTimeout(1_000);
      // Since its start: the system counts a wait when it is over, so that more of it can be told in a second than waited in it.
      part = processorWait.findProcessorWaitMs(last.pid!)! / (performance.now() - startedMs);
    }
    expect(part).toBeGreaterThan(0.5);
    expect(part).toBeLessThanOrEqual(1);
  } finally {
    for (const process of [last, ...others]) process.kill('SIGKILL');
  }
}, 60_000);

test('of a process that is gone nothing is known', () => expect(processorWait.findProcessorWaitMs(2 ** 30)).toBeUndefined());
