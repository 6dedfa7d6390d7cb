/** Which fields of a JSON record are its text, its title and its id. */
import { cleanText } from '../text/clean-text';

/** In order of preference. */
const TEXT_FIELDS = ['text', 'content', 'body', 'page_content', 'pageContent', 'markdown', 'document', 'passage', 'abstract'] as const;
const TITLE_FIELDS = ['title', 'headline', 'subject', 'name'] as const;
const ID_FIELDS = ['id', '_id', 'uid'] as const;
const MAX_ID_CHARACTERS = 500;

export type JsonObject = Record<string, unknown>;

export function isJsonObject(value: unknown): value is JsonObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** The first of the known fields that is a string; undefined: the record has no text. */
export function findTextField(record: JsonObject): string | undefined {
  return TEXT_FIELDS.find((field) => typeof ownValue(record, field) === 'string');
}

export function findTitleField(record: JsonObject, textField: string): string | undefined {
  return TITLE_FIELDS.find((field) => field !== textField && typeof ownValue(record, field) === 'string' && ownValue(record, field) !== '');
}

/** On one line; undefined: the record names none, or one too long to be a name. */
export function findRecordId(record: JsonObject): string | undefined {
  for (const field of ID_FIELDS) {
    const value = ownValue(record, field);
    if (typeof value !== 'string' && typeof value !== 'number') continue;
    const id = cleanText(String(value))
      .replace(/[\u0000-\u001F\u007F\uFEFF\u2028\u2029]+/g, ' ')
      .trim();
    if (id !== '' && id.length <= MAX_ID_CHARACTERS) return id;
  }
  return undefined;
}

/** Never what the record inherits from Object's prototype. */
function ownValue(record: JsonObject, field: string): unknown {
  return Object.hasOwn(record, field) ? record[field] : undefined;
}
