/** What all commands have in common: common flags, options of the configuration as flags, and the way from commander to an action. */
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { z } from 'zod';
import { flagOf, OPTION_KEYS, optionDefinition, type OptionDefinition, type OptionKey } from '../config/options';
import { readOptionText } from '../config/option-text';
import type { Flags } from '../config/settings';
import { isJobPhase, JOB_PHASES, type JobPhase } from '../domain/job-phase';
import type { CommandContext } from './context';

/** Does the command's work and answers its exit code. Errors are reported by whoever runs it. */
export type Action<Options = Record<string, never>> = (context: CommandContext, args: string[], options: Options) => Promise<number>;

/** Makes commander's action of a command's own. */
export type Runner = <Options>(action: Action<Options>) => (...received: unknown[]) => Promise<void>;

/** --json, --log-level, --debug. */
export function addCommonOptions(command: Command): Command {
  command.option('--json', 'answer with one JSON value on standard output');
  return addConfigOptions(command, ['logging']);
}

/** The flags of configuration options, from their one table. */
export function addConfigOptions(command: Command, groups: readonly OptionDefinition['group'][]): Command {
  for (const key of OPTION_KEYS) {
    const { kind, placeholder, help, group } = optionDefinition(key);
    if (!groups.includes(group)) continue;
    if (kind === 'switch') {
      command.addOption(new Option(flagOf(key), help));
      // Not listed: to undo what environment or file say.
      command.addOption(new Option(flagOf(key).replace('--', '--no-'), help).hideHelp());
    } else {
      const option = new Option(`${flagOf(key)} <${placeholder}>`, help);
      if (kind === 'concurrency') option.argParser(collected);
      command.addOption(option);
    }
  }
  return command;
}

/** The flags of configuration options among those that commander read. */
export function configFlags(options: Record<string, unknown>): Flags {
  return Object.fromEntries(OPTION_KEYS.filter((key) => options[key] !== undefined).map((key) => [key, options[key]])) as Record<
    OptionKey,
    string
  >;
}

/** Gathers the values of a flag that may be given again. */
export function collected(value: string, before: string[] = []): string[] {
  return [...before, value];
}

/** Reads a flag that is no configuration option by a schema's rules. */
export function numberBy(schema: z.ZodType): (text: string) => number {
  return (text) => {
    const result = schema.safeParse(readOptionText('number', [text]));
    if (!result.success) throw new InvalidArgumentError(`It ${result.error.issues[0]?.message}.`);
    return result.data as number;
  };
}

export function phaseArgument(text: string): JobPhase {
  const phase = text.toUpperCase();
  if (!isJobPhase(phase)) throw new InvalidArgumentError(`The phases are ${JOB_PHASES.join(', ')}.`);
  return phase;
}
