/** Fenced code: its lines are neither headings nor comments. */

export interface Fence {
  character: '`' | '~';
  length: number;
  /** Columns of the list item that holds it; a line that is less indented ends the item, and the fence with it. */
  itemIndent: number;
}

const OPENING = /^(`{3,}|~{3,})(.*)$/;

/** @param content the line without its indentation and list markers */
export function openedFence(content: string, itemIndent: number): Fence | undefined {
  const match = OPENING.exec(content);
  const marks = match?.[1];
  if (marks === undefined) return undefined;
  const character = marks.startsWith('`') ? '`' : '~';
  // Backticks after the opening make it a span of code in a line.
  if (character === '`' && match?.[2]?.includes('`')) return undefined;
  return { character, length: marks.length, itemIndent };
}

export function closesFence(content: string, fence: Fence): boolean {
  const marks = content.trimEnd();
  return marks.length >= fence.length && marks === fence.character.repeat(marks.length);
}
