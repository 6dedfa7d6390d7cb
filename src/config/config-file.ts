/** Finds and reads `sluice.config.ts`, `.js` or `.json` in a folder. */
import { readdirSync, readFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import path from 'node:path';
import { SluiceError } from '../domain/errors';

const NAMES = ['sluice.config.ts', 'sluice.config.js', 'sluice.config.json'];

export interface ConfigFile {
  path: string;
  content: Record<string, unknown>;
}

/** undefined: the folder has none. Throws INVALID_INPUT for several, and for one that can't be read. */
export function findConfigFile(folder: string): ConfigFile | undefined {
  const found = readdirSync(folder).filter((name) => NAMES.includes(name));
  const [name] = found;
  if (name === undefined) return undefined;
  if (found.length > 1) throw new SluiceError('INVALID_INPUT', `There are ${found.join(' and ')} in ${folder}: keep one of them.`);
  const file = path.join(folder, name);
  let content: unknown;
  try {
    content = name.endsWith('.json')
      ? JSON.parse(readFileSync(file, 'utf8'))
      : defaultExport(name.endsWith('.ts') ? requireTypeScript(file) : requireFrom(file)(file));
  } catch (error) {
    if (error instanceof SluiceError) throw error;
    throw new SluiceError('INVALID_INPUT', `${file} can't be read: ${error instanceof Error ? error.message : String(error)}`, {
      hint: 'Correct the file.',
      cause: error,
    });
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content)) {
    throw new SluiceError('INVALID_INPUT', `${file} must ${name.endsWith('.json') ? 'hold' : 'export'} an object of options.`, {
      hint: 'Correct the file.',
    });
  }
  return { path: file, content: content as Record<string, unknown> };
}

function requireFrom(file: string): NodeJS.Require {
  return createRequire(file);
}

function defaultExport(exported: unknown): unknown {
  return typeof exported === 'object' && exported !== null && 'default' in exported ? exported.default : exported;
}

/** The project's own compiler reads it; without one Node does by itself, from 22.18 on. */
function requireTypeScript(file: string): unknown {
  const typescript = findTypeScript(file);
  if (!typescript && (process.features as { typescript?: string | false }).typescript) return requireFrom(file)(file);
  if (!typescript) {
    throw new SluiceError('INVALID_INPUT', `${file} can't be read: Node ${process.versions.node} does not read TypeScript by itself.`, {
      hint: 'Run `npm i -D typescript`, use Node 22.18 or later, or name the file sluice.config.js or sluice.config.json.',
    });
  }
  const { outputText } = typescript.transpileModule(readFileSync(file, 'utf8'), {
    fileName: file,
    compilerOptions: { module: typescript.ModuleKind.CommonJS, target: typescript.ScriptTarget.ES2022, esModuleInterop: true },
  });
  const loaded = new Module(file) as NodeJS.Module & { _compile(code: string, filename: string): void };
  loaded.filename = file;
  loaded.paths = (Module as unknown as { _nodeModulePaths(from: string): string[] })._nodeModulePaths(path.dirname(file));
  loaded._compile(outputText, file);
  return loaded.exports;
}

function findTypeScript(file: string): typeof import('typescript') | undefined {
  try {
    return requireFrom(file)('typescript') as typeof import('typescript');
  } catch {
    return undefined;
  }
}
