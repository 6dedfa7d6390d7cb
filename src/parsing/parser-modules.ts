/** The user's own parsers: modules whose default export is a Parser, or a list of them. */
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { SluiceError } from '../domain/errors';
import type { Parser } from './parser';

/**
 * Loads them. The child does so to parse, the worker to learn their endings.
 * @param modules paths, relative to the current folder, or names of packages
 * Rejects with INVALID_INPUT when one can't be loaded or exports something else.
 */
export async function readParserModules(modules: readonly string[]): Promise<Parser[]> {
  return (await Promise.all(modules.map(readParserModule))).flat();
}

async function readParserModule(name: string): Promise<Parser[]> {
  const isPath = name.startsWith('.') || path.isAbsolute(name);
  let loaded: unknown;
  try {
    loaded = await import(isPath ? pathToFileURL(path.resolve(name)).href : name);
  } catch (error) {
    throw new SluiceError('INVALID_INPUT', `The parser module ${name} can't be loaded: ${String(error)}`, { cause: error });
  }
  const parsers = [defaultExport(loaded)].flat();
  for (const parser of parsers) {
    if (!isParser(parser)) {
      throw new SluiceError('INVALID_INPUT', `The parser module ${name} must export, as default, { format, version, endings, parse } or a list of these.`);
    }
  }
  return parsers as Parser[];
}

/** A CommonJS module compiled from a default export has it one level down when it is imported. */
function defaultExport(loaded: unknown): unknown {
  const outer = (loaded as { default?: unknown }).default;
  return outer !== null && typeof outer === 'object' && 'default' in outer ? outer.default : outer;
}

function isParser(value: unknown): value is Parser {
  const parser = value as Partial<Parser> | null | undefined;
  return (
    typeof parser?.format === 'string' && Number.isInteger(parser.version) && typeof parser.parse === 'function' && Array.isArray(parser.endings) &&
    parser.endings.every((ending) => typeof ending === 'string' && /^\.[a-z0-9_-]{1,16}$/.test(ending))
  );
}
