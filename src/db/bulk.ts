import { sql, type RawBuilder } from 'kysely';

/**
 * Many rows as one parameter: a set-returning expression for `insert … select` and joins, however many rows there are.
 * @param columns name and type of each column, such as `ordinal int, text text`; names are keys of the rows
 */
export function rowsOf(rows: readonly object[], columns: string): RawBuilder<unknown> {
  return sql`json_to_recordset(${JSON.stringify(rows)}::json) as rows(${sql.raw(columns)})`;
}
