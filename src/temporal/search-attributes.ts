import type { Client } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { SEARCH_ATTRIBUTES } from '../../workflows/search-attributes';

const { INDEXED_VALUE_TYPE_KEYWORD, INDEXED_VALUE_TYPE_KEYWORD_LIST } = temporal.api.enums.v1.IndexedValueType;

/** Each attribute with the type that the server must have for it. */
const TYPES = Object.values(SEARCH_ATTRIBUTES).map(({ name, type }) => [name, type === 'KEYWORD' ? INDEXED_VALUE_TYPE_KEYWORD : INDEXED_VALUE_TYPE_KEYWORD_LIST] as const);

/** Names of attributes that the namespace lacks, or has with another type. */
export async function findMissingSearchAttributes(client: Client): Promise<string[]> {
  const { namespace } = client.options;
  const { customAttributes } = await client.connection.operatorService.listSearchAttributes({ namespace });
  return TYPES.filter(([name, type]) => customAttributes?.[name] !== type).map(([name]) => name);
}

/** Registers what is missing. Rejects where this process may not; jobs then go on without. */
export async function registerSearchAttributes(client: Client): Promise<void> {
  const missing = await findMissingSearchAttributes(client);
  if (missing.length === 0) return;
  const searchAttributes = Object.fromEntries(TYPES.filter(([name]) => missing.includes(name)));
  await client.connection.operatorService.addSearchAttributes({ namespace: client.options.namespace, searchAttributes });
}
