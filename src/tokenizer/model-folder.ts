import { existsSync } from 'node:fs';
import path from 'node:path';

/** Name of the model, of its folder and of its tokenizer. */
export const STATIC_MODEL = 'static-en-256';

/** The folder with the static model's files: `models/static-en-256` of the package, wherever the compiled code lies in it. */
export function staticModelFolder(): string {
  for (let folder = __dirname; ; folder = path.dirname(folder)) {
    const candidate = path.join(folder, 'models', STATIC_MODEL);
    if (existsSync(path.join(candidate, 'config.json'))) return candidate;
    if (folder === path.dirname(folder)) throw new Error(`The folder models/${STATIC_MODEL} is missing beside the code in ${__dirname}: install the package again.`);
  }
}
