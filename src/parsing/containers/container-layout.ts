/** Whether a file is a container, and how its records lie in it: told by its begin. */
import type { FileHandle } from 'node:fs/promises';
import type { FileContent } from '../parser-pool';
import { readInto, withFile } from '../read-content';
import { isNamedJsonLines, mayBeContainer } from './container-ending';
import type { Element } from './element';
import { readJsonArray } from './json-array';
import { readJsonLines } from './json-lines';
import { findTextField, isJsonObject, type JsonObject } from './record-fields';

/** lines: a record a line. array: an array of records. */
export type ContainerLayout = 'lines' | 'array';

const HEAD_BYTES = 4096;
/** JSON lines may begin with broken ones. */
const LINES_LOOKED_AT = 20;

export async function isContainer(uri: string, content: FileContent): Promise<boolean> {
  if (!mayBeContainer(uri) || content.range !== undefined) return false;
  return withFile(content.path, async (file) => (await findLayout(uri, file)) !== undefined);
}

/** undefined: the file is one document, or none. */
export async function findLayout(uri: string, file: FileHandle): Promise<ContainerLayout | undefined> {
  const block = Buffer.alloc(HEAD_BYTES);
  const head = block
    .toString('latin1', 0, await readInto(file, block, 0))
    .replace(/^\u00EF\u00BB\u00BF/, '')
    .trimStart();
  if (head.startsWith('[') && (await isArrayOfRecords(file))) return 'array';
  // A single object over many lines is a document; one on each of the first two lines is not JSON but lines of it.
  const neededObjects = isNamedJsonLines(uri) ? 1 : 2;
  if (!isNamedJsonLines(uri) && !head.startsWith('{')) return undefined;
  return (await beginsWithObjects(file, neededObjects)) ? 'lines' : undefined;
}

async function isArrayOfRecords(file: FileHandle): Promise<boolean> {
  for await (const element of readJsonArray(file, 0, 0)) {
    const value = findObject(element);
    return value !== undefined && findTextField(value) !== undefined;
  }
  return false;
}

async function beginsWithObjects(file: FileHandle, needed: number): Promise<boolean> {
  let objects = 0;
  let lines = 0;
  for await (const element of readJsonLines(file, 0, 1)) {
    if (element.bytes !== undefined && isBlank(element.bytes)) continue;
    if (findObject(element) !== undefined && ++objects >= needed) return true;
    if (++lines >= LINES_LOOKED_AT || (needed > 1 && objects < lines)) return false;
  }
  return false;
}

export function isBlank(bytes: Buffer): boolean {
  return bytes.length < 1024 && bytes.toString('utf8').trim() === '';
}

function findObject(element: Element): JsonObject | undefined {
  if (element.bytes === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(element.bytes.toString('utf8').replace(/^\uFEFF/, ''));
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
