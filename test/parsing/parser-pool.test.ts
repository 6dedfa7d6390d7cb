import childProcess, { fork } from 'node:child_process';
import { once } from 'node:events';
import { constants, getPriority } from 'node:os';
import path from 'node:path';
import { createParserPool } from '../../src/parsing/child-process-pool';
import { NEVER, useParsing } from './harness';
import { MISBEHAVING } from './paths';
import { isAlive, untilGone } from './processes';

const MIB = 2 ** 20;

const loops = useParsing({ children: 1, timeLimitMs: 3_000, memoryLimitBytes: 200 * MIB, parserModules: [MISBEHAVING] });

it('a child of the parser pool is replaced when a document takes too long', async () => {
  const before = Number((await loops.parse('a.bad', 'pid')).text);
  await expect(loops.parse('a.bad', 'loop')).rejects.toMatchObject({ name: 'DocumentFailure', code: 'PARSE_TIMEOUT' });
  expect(Number((await loops.parse('a.bad', 'pid')).text)).not.toBe(before);
  await untilGone(before);
});

describe('a child of the parser pool', () => {
  // So long that what ends for another reason never ends for this one, however busy the machine is.
  const { parse, pool, folder, write } = useParsing({ children: 1, timeLimitMs: 30_000, memoryLimitBytes: 200 * MIB, parserModules: [MISBEHAVING] });
  const pid = async (): Promise<number> => Number((await parse('a.bad', 'pid')).text);

  it('is reused from document to document', async () => {
    expect(await pid()).toBe(await pid());
  });

  it.each([
    ['heap', 'PARSE_MEMORY'],
    ['buffers', 'PARSE_MEMORY'],
    ['exit', 'PARSER_CRASHED'],
    ['segfault', 'PARSER_CRASHED'],
    ['killed', 'PARSER_CRASHED'],
  ])('is replaced after %s, which is %s', async (behaviour, code) => {
    const before = await pid();
    await expect(parse('a.bad', behaviour)).rejects.toMatchObject({ name: 'DocumentFailure', code });
    const after = await pid();
    expect(after).not.toBe(before);
    await untilGone(before);
  });

  it('is replaced when somebody else has killed it while it had nothing to do', async () => {
    const before = await pid();
    process.kill(before, 'SIGKILL');
    await untilGone(before);
    expect(await pid()).not.toBe(before);
  });

  it('that somebody else kills in the middle of a document says nothing of it: it is parsed in another', async () => {
    const { text } = await parse('a.bad', `killed-once ${path.join(folder, 'was-killed')}`);
    expect(text).toBe('parsed');
  });

  it.each([
    ['throw', 'PARSER_CRASHED'],
    ['recurse', 'CORRUPT_DOCUMENT'],
    ['fail', 'TOO_LARGE'],
  ])('survives %s, which is %s', async (behaviour, code) => {
    const before = await pid();
    await expect(parse('a.bad', behaviour)).rejects.toMatchObject({ code });
    expect(await pid()).toBe(before);
  });

  it('is killed by an abort, which rejects with its reason, and the next document is parsed', async () => {
    const before = await pid();
    const abort = new AbortController();
    const running = parse('a.bad', 'loop', abort.signal);
    const queued = parse('a.bad', 'pid', abort.signal);
    const reason = new Error('paused');
    setImmediate(() => abort.abort(reason));
    await expect(running).rejects.toBe(reason);
    await expect(queued).rejects.toBe(reason);
    expect(await pid()).not.toBe(before);
    await untilGone(before);
    await expect(parse('a.bad', 'pid', abort.signal)).rejects.toBe(reason);
  });

  it('is replaced after 5,000 documents', async () => {
    const file = write('pid.bad', 'pid');
    const pids = new Set<string>();
    for (let count = 0; count < 5_001; count++) {
      const result = await pool.parse({ content: { path: file }, uri: 'pid.bad' }, NEVER);
      if (result.kind === 'parsed') pids.add(result.document.text);
    }
    expect(pids.size).toBe(2);
  }, 240_000);

  it('gives way to the worker', async () => {
    expect(getPriority(await pid())).toBe(Math.max(getPriority(), constants.priority.PRIORITY_BELOW_NORMAL));
  });

  it('sees no secret of the environment', async () => {
    process.env.OPENAI_API_KEY = 'secret-key';
    process.env.DATABASE_URL = 'postgres://secret';
    await expect(parse('a.bad', 'exit')).rejects.toThrow();
    const environment = (await parse('a.bad', 'environment')).text;
    delete process.env.OPENAI_API_KEY;
    delete process.env.DATABASE_URL;
    expect(environment).toContain('PATH');
    expect(environment).not.toContain('secret');
  });

  it('cleans what a parser returns, and the offsets follow', async () => {
    const { text, structure } = await parse('a.bad', 'unclean');
    expect(text).toBe('a\nbc\nTitle\nend \uFFFD');
    expect(structure.headings.map(({ title, start, end }) => [title, text.slice(start, end)])).toEqual([['The Title', 'Title']]);
  });

  it('does not parse what is published already', async () => {
    const content = { path: write('a.bad', 'pid') };
    const first = await pool.parse({ content, uri: 'a.bad' }, NEVER);
    if (first.kind !== 'parsed') throw new Error('not parsed');
    expect(first.parserVersion).toBe('misbehaving@3');
    const { contentHash, parserVersion } = first;
    expect(await pool.parse({ content, uri: 'a.bad', known: { contentHash, parserVersion } }, NEVER)).toEqual({ kind: 'unchanged' });
    expect(await pool.parse({ content, uri: 'a.bad', known: { contentHash, parserVersion: 'misbehaving@2' } }, NEVER)).toMatchObject({
      kind: 'parsed',
    });
  });

  it('rejects what is no regular file, and one that is gone', async () => {
    const read = (file: string): Promise<unknown> => pool.parse({ content: { path: file }, uri: 'a.txt' }, NEVER);
    await expect(read(__dirname)).rejects.toMatchObject({ code: 'READ_ERROR' });
    await expect(read(path.join(__dirname, 'no such file'))).rejects.toMatchObject({ code: 'READ_ERROR' });
  });
});

describe('the parser pool', () => {
  it('parses as many documents at once as it has children', async () => {
    const { parse, pool } = bench(2);
    const pids = await Promise.all(['a', 'b'].map(async () => (await parse('pid')).text));
    expect(new Set(pids).size).toBe(2);
    await pool.close();
    pids.forEach((pid) => expect(isAlive(Number(pid))).toBe(false));
  });

  it('rejects a document for which the system refuses a process, and parses the next', async () => {
    const { parse, pool } = bench(1);
    const fork = jest.spyOn(childProcess, 'fork').mockImplementation(() => {
      throw new Error('spawn ENOMEM');
    });
    await expect(parse('pid')).rejects.toThrow('ENOMEM');
    fork.mockRestore();
    expect((await parse('pid')).text).toMatch(/^\d+$/);
    await pool.close();
  });

  it('rejects what is under way and what waits when it is closed', async () => {
    const { parse, pool } = bench(1);
    const running = expect(parse('loop')).rejects.toThrow(/closed/);
    const waiting = expect(parse('pid')).rejects.toThrow(/closed/);
    await pool.close();
    await Promise.all([running, waiting]);
    await expect(parse('pid')).rejects.toThrow(/closed/);
  });

  it('says which parser module can not be used', async () => {
    const missing = createParserPool({ children: 1, parserModules: ['./no-such-module.js'] });
    const file = path.join(__dirname, 'harness.js');
    await expect(missing.parse({ content: { path: file }, uri: 'a.txt' }, NEVER)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining('no-such-module'),
    });
    await missing.close();
    const wrong = createParserPool({ children: 1, parserModules: [file] });
    await expect(wrong.parse({ content: { path: file }, uri: 'a.txt' }, NEVER)).rejects.toMatchObject({
      code: 'INVALID_INPUT',
      message: expect.stringContaining('must export'),
    });
    await wrong.close();
  });

  it.each(['SIGKILL', 'SIGTERM'] as const)('leaves no child when its process ends by %s, even one caught in a loop', async (signal) => {
    const { write } = files;
    const parent = fork(path.join(__dirname, 'pool-owner.js'), [write('a.bad', 'pid'), write('b.bad', 'loop')], { stdio: 'inherit' });
    const [child] = (await once(parent, 'message')) as [number];
    expect(isAlive(child)).toBe(true);
    parent.kill(signal);
    await once(parent, 'exit');
    await untilGone(child);
  });

  it('does not keep its process alive when it is idle', async () => {
    const parent = fork(path.join(__dirname, 'pool-owner.js'), [files.write('a.bad', 'pid')], { stdio: 'inherit' });
    const [child] = (await once(parent, 'message')) as [number];
    const [code] = (await once(parent, 'exit')) as [number];
    expect(code).toBe(0);
    await untilGone(child);
  });
});

const files = useParsing();

function bench(children: number): { pool: ReturnType<typeof createParserPool>; parse(behaviour: string): Promise<{ text: string }> } {
  const pool = createParserPool({ children, parserModules: [MISBEHAVING] });
  return {
    pool,
    parse: async (behaviour) => {
      const result = await pool.parse({ content: { path: files.write('a.bad', behaviour) }, uri: 'a.bad' }, NEVER);
      return result.kind === 'parsed' ? result.document : { text: '' };
    },
  };
}
