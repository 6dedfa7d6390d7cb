/** Where the words of a question are in a passage: what is marked in search results. */

export interface Part {
  text: string;
  isFound: boolean;
}

/** So common that a mark at each would say nothing. */
const COMMON = new Set('a an and are as at be but by can do does for from had has have how i if in into is it its not of on or over so than that the their them then there they this to was we were what when where which who why will with you your'.split(' '));
/** Of two letters at least: the s of a genitive is none. */
const WORD = /[\p{L}\p{N}]{2,}/gu;
const ENDING = /(?:ations?|ations|ings?|ment|ments|edly|ies|ied|ed|es|s|ly|y|e)$/;
const MIN_STEM = 3;

/** Splits the text into what is marked and what is not. Words match by their stems, roughly as Postgres' `english` makes them. */
export function highlighted(text: string, question: string): Part[] {
  const stems = new Set([...question.matchAll(WORD)].map(([word]) => word.toLowerCase()).filter((word) => !COMMON.has(word)).map(stemOf));
  const parts: Part[] = [];
  let end = 0;
  for (const match of text.matchAll(WORD)) {
    if (!stems.has(stemOf(match[0].toLowerCase()))) continue;
    if (match.index > end) parts.push({ text: text.slice(end, match.index), isFound: false });
    parts.push({ text: match[0], isFound: true });
    end = match.index + match[0].length;
  }
  if (end < text.length) parts.push({ text: text.slice(end), isFound: false });
  return parts;
}

function stemOf(word: string): string {
  const stem = word.replace(ENDING, '');
  return stem.length >= MIN_STEM ? stem : word;
}
