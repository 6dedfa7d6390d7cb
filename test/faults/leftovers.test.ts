import { goneBefore } from './leftovers';

const worker = (told: NodeJS.Signals | undefined, code: number | null, signal: NodeJS.Signals | null = null) => ({ pid: 7, told, hasExited: true, exit: Promise.resolve({ code, signal }) });

test('workers that the harness killed, or that went well when they were told to, are no problem; nor are the living', async () => {
  const living = { pid: 7, told: undefined, hasExited: false, exit: new Promise<never>(() => undefined) };
  expect(await goneBefore([worker('SIGKILL', null, 'SIGKILL'), worker('SIGTERM', 0), living])).toEqual([]);
});

test.each([
  ['1, told nothing', worker(undefined, 1)],
  ['0, told nothing', worker(undefined, 0)],
  ['SIGABRT, told nothing', worker(undefined, null, 'SIGABRT')],
  ['SIGKILL, told nothing', worker(undefined, null, 'SIGKILL')],
  ['1, told SIGTERM', worker('SIGTERM', 1)],
])('a worker that ended with %s is one', async (words, gone) => {
  expect(await goneBefore([gone])).toEqual([`(g) worker 7 ended with ${words}`]);
});
