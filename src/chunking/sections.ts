/** The outline of a document as ranges of its text. */
import type { Heading } from '../parsing/parsed-document';

export interface Section {
  /** From its heading's line to the next heading's. */
  start: number;
  end: number;
  /** Titles from the outermost heading to the section's own; empty before the first heading. */
  headingPath: string[];
}

/** Deeper levels (an outline of a hostile PDF has thousands) count as this one, so that a path stays short. */
const MAX_LEVEL = 10;

/**
 * Sections in order, covering the text. A heading with nothing below it but a deeper heading begins the section of that one: a line
 * with a title alone is no passage.
 */
export function sectionsOf(text: string, headings: readonly Heading[]): Section[] {
  const sections: Section[] = [];
  const above: Heading[] = [];
  const firstStart = headings[0]?.start ?? text.length;
  if (firstStart > 0) sections.push({ start: 0, end: firstStart, headingPath: [] });
  let titleOnlyFrom: number | undefined;
  headings.forEach((heading, index) => {
    const next = headings[index + 1];
    const end = next?.start ?? text.length;
    while (above.length > 0 && levelOf(above[above.length - 1]!) >= levelOf(heading)) above.pop();
    above.push(heading);
    const start = titleOnlyFrom ?? heading.start;
    if (next && levelOf(next) > levelOf(heading) && isBlank(text, heading.end, end)) {
      titleOnlyFrom = start;
      return;
    }
    titleOnlyFrom = undefined;
    sections.push({ start, end, headingPath: above.map(({ title }) => title) });
  });
  return sections;
}

function levelOf(heading: Heading): number {
  return Math.min(heading.level, MAX_LEVEL);
}

function isBlank(text: string, start: number, end: number): boolean {
  return start >= end || text.slice(start, end).trim() === '';
}
