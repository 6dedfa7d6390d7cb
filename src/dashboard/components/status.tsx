/** A status: mark and word. */
import type { StatusWords } from '../words/status-words';
import { Mark } from './mark';

export function Status({ words }: { words: StatusWords }) {
  return (
    <span class={`status tone-${words.tone}`}>
      <Mark name={words.mark} />
      {words.word}
    </span>
  );
}
