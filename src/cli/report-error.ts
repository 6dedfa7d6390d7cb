/** Tells an error to whoever called: what happened and why, what to do next; a stack trace only when asked for. */
import type { CliIo } from './cli-io';
import { exitCodeOfError } from './exit-code';
import { toSluiceError } from '../service/server-error';
import { createStyle, wantsColour } from './terminal/style';
import { harmless } from './terminal/text-width';

/** Answers the exit code. @param showStack also tell where it happened */
export function reportError(io: CliIo, error: unknown, showStack: boolean): number {
  const { code, message, hint } = toSluiceError(error);
  if (io.isJson) io.printJson({ error: { code, message, hint } });
  else {
    const style = createStyle(wantsColour(io.stderr, io.env));
    const [first = '', ...more] = message.split('\n').map(harmless);
    io.say(`${style.bad(`${code}:`)} ${first}`);
    for (const line of more) io.say(`  ${line}`);
    io.say(hint);
  }
  if (showStack) for (const stack of stacksOf(error)) io.say(stack);
  return exitCodeOfError(code);
}

function stacksOf(error: unknown): string[] {
  const stacks: string[] = [];
  for (let at = error; at instanceof Error && stacks.length < 10; at = at.cause)
    stacks.push(`${stacks.length > 0 ? 'caused by ' : ''}${at.stack ?? at.message}`);
  return stacks;
}
