/** Reads the text of a flag or variable as its option's kind. Text that can't be read stays as it is: the option's schema objects to it. */
import type { OptionKind } from './options';

const TRUE = ['true', '1', 'yes', 'on'];
const FALSE = ['false', '0', 'no', 'off'];

/** @param texts one, or several from a repeated flag */
export function readOptionText(kind: OptionKind, texts: readonly string[]): unknown {
  const last = texts.at(-1) ?? '';
  switch (kind) {
    case 'text':
      return last;
    case 'number':
      return asNumber(last);
    case 'switch':
      return TRUE.includes(last.toLowerCase()) ? true : FALSE.includes(last.toLowerCase()) ? false : last;
    case 'texts':
      return texts.flatMap(listed);
    case 'phases':
      return texts.flatMap(listed).map((phase) => phase.toUpperCase());
    case 'concurrency': {
      const pairs = texts.flatMap(listed).map((pair) => pair.split('='));
      if (pairs.some((pair) => pair.length !== 2)) return last;
      return Object.fromEntries(pairs.map(([phase = '', count = '']) => [phase.trim().toUpperCase(), asNumber(count.trim())]));
    }
  }
}

function asNumber(text: string): unknown {
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

function listed(text: string): string[] {
  return text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
