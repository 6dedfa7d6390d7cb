/** Brings the options together from flags, environment and file, in this order of rank, checks them, and remembers where each came from. */
import { SluiceError } from '../domain/errors';
import { problemsOf } from '../input/problems';
import { findSimilar } from '../input/suggestion';
import type { ConfigFile } from './config-file';
import { readOptionText } from './option-text';
import { flagOf, OPTION_KEYS, optionDefinition, variableOf, type OptionKey } from './options';

/** As a shell gives them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Flags by option key, as the command line read them: text, texts of a repeated flag, true or false for a switch. */
export type Flags = Readonly<Partial<Record<OptionKey, string | readonly string[] | boolean>>>;

export interface Setting {
  value: unknown;
  /** As an error names it: `--chunk-tokens`, `SLUICE_CHUNK_TOKENS`, `chunkTokens in /srv/app/sluice.config.ts`. */
  origin: string;
  /** 0 for flags, 1 for the environment, 2 for the file. */
  rank: number;
}

export type Settings = Partial<Record<OptionKey, Setting>>;

/** Throws INVALID_INPUT with every problem, each naming where the value came from. */
export function readSettings(flags: Flags, environment: Environment, file: ConfigFile | undefined): Settings {
  const settings: Settings = {};
  const problems = unknownKeys(file);
  for (const key of OPTION_KEYS) {
    const setting = findSetting(key, flags, environment, file);
    if (!setting) continue;
    const result = optionDefinition(key).schema.safeParse(setting.value);
    if (!result.success) problems.push(...problemsOf(result.error, setting.value, () => []).map((problem) => located(problem, setting)));
    settings[key] = setting;
  }
  if (problems.length > 0)
    throw new SluiceError('INVALID_INPUT', problems.join('\n'), { hint: 'Correct the named options and run it again.' });
  return withoutForeignModel(settings);
}

function findSetting(key: OptionKey, flags: Flags, environment: Environment, file: ConfigFile | undefined): Setting | undefined {
  const { kind } = optionDefinition(key);
  const flag = flags[key];
  if (flag !== undefined)
    return { value: typeof flag === 'boolean' ? flag : readOptionText(kind, [flag].flat()), origin: flagOf(key), rank: 0 };
  // An empty variable is one that is not set: many tools can't unset one.
  const variable = environment[variableOf(key)];
  if (variable) return { value: readOptionText(kind, [variable]), origin: variableOf(key), rank: 1 };
  if (!file || !Object.hasOwn(file.content, key) || file.content[key] === undefined) return undefined;
  return { value: file.content[key], origin: `${key} in ${file.path}`, rank: 2 };
}

/** `The input must be …` and `EMBEDDING must be …` become sentences about the origin. */
function located(problem: string, { origin }: Setting): string {
  return problem.startsWith('The input ') ? `${origin} ${problem.slice('The input '.length)}` : `${origin}: ${problem}`;
}

function unknownKeys(file: ConfigFile | undefined): string[] {
  return Object.keys(file?.content ?? {})
    .filter((key) => !OPTION_KEYS.includes(key as OptionKey))
    .map((key) => {
      const similar = findSimilar(key, OPTION_KEYS);
      return `${key} in ${file?.path} is not known${similar ? `: did you mean ${similar}?` : '.'}`;
    });
}

/** The model of one provider means nothing to another: a provider named at a higher rank leaves model and dimensions of lower ones. */
function withoutForeignModel(settings: Settings): Settings {
  const provider = settings.embeddingProvider;
  const kept = { ...settings };
  for (const key of ['embeddingModel', 'embeddingDimensions'] as const) {
    const setting = settings[key];
    if (setting && !provider) {
      throw new SluiceError('INVALID_INPUT', `${setting.origin} needs a provider.`, {
        hint: `Add ${flagOf('embeddingProvider')} or ${variableOf('embeddingProvider')}.`,
      });
    }
    if (setting && provider && setting.rank > provider.rank) delete kept[key];
  }
  return kept;
}
