/** The user's own parsers: modules whose default export is a Parser, or a list of them. */
import { createRequire } from 'node:module';
import path from 'node:path';
import { SluiceError } from '../domain/errors';
import type { Parser } from './parser';

/**
 * Loads them. The child does so to parse, the worker to learn their endings.
 * @param modules paths, relative to the current folder, or names of packages
 * Throws INVALID_INPUT when one can't be loaded or exports something else.
 */
export function readParserModules(modules: readonly string[]): Parser[] {
  return modules.flatMap(readParserModule);
}

function readParserModule(name: string): Parser[] {
  let loaded: unknown;
  try {
    // As from a file of the current folder, so that packages are the user's. Modules of either kind; not one that awaits at its top.
    loaded = createRequire(path.resolve('parsers.js'))(name);
  } catch (error) {
    throw new SluiceError('INVALID_INPUT', `The parser module ${name} can't be loaded: ${String(error)}`, { cause: error });
  }
  const parsers = [defaultExport(loaded)].flat();
  for (const parser of parsers) {
    if (!isParser(parser)) {
      throw new SluiceError(
        'INVALID_INPUT',
        `The parser module ${name} must export, as default, { format, version, endings, parse } or a list of these.`,
      );
    }
  }
  return parsers as Parser[];
}

/** A CommonJS module may also export its parsers as `module.exports`. */
function defaultExport(loaded: unknown): unknown {
  return loaded !== null && typeof loaded === 'object' && 'default' in loaded ? loaded.default : loaded;
}

function isParser(value: unknown): value is Parser {
  const parser = value as Partial<Parser> | null | undefined;
  return (
    typeof parser?.format === 'string' &&
    Number.isInteger(parser.version) &&
    typeof parser.parse === 'function' &&
    Array.isArray(parser.endings) &&
    parser.endings.every((ending) => typeof ending === 'string' && /^\.[a-z0-9_-]{1,16}$/.test(ending))
  );
}
