import { SluiceError } from '../domain/errors';

/** A cursor that no page has given. */
export function badCursor(cursor: string): SluiceError {
  return new SluiceError('INVALID_INPUT', `${JSON.stringify(cursor)} is no cursor of this list.`, { hint: 'Give the cursor that the page before has named, or none.' });
}

/** A cursor that is a number. Rejects with INVALID_INPUT what is none. */
export function numberOf(cursor: string): number {
  const number = /^\d{1,9}$/.test(cursor) ? Number(cursor) : undefined;
  if (number === undefined) throw badCursor(cursor);
  return number;
}
