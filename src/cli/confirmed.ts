/** Asks before something is deleted. */
import { SluiceError } from '../domain/errors';
import type { CliIo } from './cli-io';

/** false: not to be done. Throws INVALID_INPUT when nobody can be asked. @param question such as `Delete it?` */
export async function isConfirmed(io: CliIo, isYes: boolean | undefined, question: string): Promise<boolean> {
  if (isYes) return true;
  const answer = await io.confirm(question);
  if (answer === undefined) throw new SluiceError('INVALID_INPUT', 'This deletes, and nobody is there to be asked.', { hint: 'Add --yes to do it unasked.' });
  return answer;
}
