/** Which files may hold a document a record, by their names: the others need not be opened to tell. */
import { fileEnding } from '../file-ending';

export function isNamedJsonLines(uri: string): boolean {
  return ['.jsonl', '.ndjson'].includes(fileEnding(uri));
}

export function mayBeContainer(uri: string): boolean {
  return isNamedJsonLines(uri) || fileEnding(uri) === '.json';
}
