import fc from 'fast-check';
import { highlighted } from '../../src/dashboard/words/highlight';

function found(text: string, question: string): string[] {
  return highlighted(text, question).filter(({ isFound }) => isFound).map(({ text: word }) => word);
}

test('words are marked by their stems, whatever their case, and common words are not', () => {
  expect(found('Locks block. A locked row is released; the LOCK goes.', 'How do the locks block?')).toEqual(['Locks', 'block', 'locked', 'LOCK']);
  expect(found("The table's owner and its owners", "a table's owner")).toEqual(['table', 'owner', 'owners']);
  expect(found('nothing here', 'something else')).toEqual([]);
});

test('nothing of the passage is lost or changed', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), (text, question) => {
      expect(highlighted(text, `${question} ${text.slice(0, 9)}`).map((part) => part.text).join('')).toBe(text);
    }),
  );
});
