/**
 * A process that owns a pool, for tests of what its children do when it ends: tells a child's pid, then keeps the child at work, or ends.
 */
import { createParserPool } from '../../src/parsing/child-process-pool';
import { MISBEHAVING } from './paths';

async function main([pidFile = '', loopFile]: string[]): Promise<void> {
  const pool = createParserPool({ children: 1, parserModules: [MISBEHAVING] });
  const signal = new AbortController().signal;
  const result = await pool.parse({ content: { path: pidFile }, uri: 'a.bad' }, signal);
  if (loopFile !== undefined) pool.parse({ content: { path: loopFile }, uri: 'b.bad' }, signal).catch(() => undefined);
  if (result.kind === 'parsed') process.send?.(Number(result.document.text));
  process.disconnect();
}

void main(process.argv.slice(2));
