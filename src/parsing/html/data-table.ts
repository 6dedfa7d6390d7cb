/** Reads a table of HTML into rows of cells, unless the table only arranges other things on the page. */
import { textOf, type HtmlElement } from './html-tree';

export interface DataTable {
  caption: string;
  /** undefined: the table names no columns. */
  header: string[] | undefined;
  rows: string[][];
}

/** A cell with more is a piece of a page, not a value. */
const MAX_CELL_CHARACTERS = 2000;
const NOT_IN_CELLS = new Set(['table', 'pre', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6']);

/** undefined: a table for layout, whose cells hold other blocks, or of a single column. */
export function readDataTable(table: HtmlElement, cellText: (cell: HtmlElement) => string): DataTable | undefined {
  if (table.attributes.role === 'presentation' || table.attributes.role === 'none') return undefined;
  const rows: HtmlElement[][] = [];
  let caption = '';
  const collect = (element: HtmlElement): void => {
    for (const child of element.children) {
      if (typeof child === 'string') continue;
      if (child.name === 'tr')
        rows.push(child.children.filter((cell) => typeof cell !== 'string' && (cell.name === 'td' || cell.name === 'th')) as HtmlElement[]);
      else if (child.name === 'caption') caption = cellText(child);
      else if (child.name === 'thead' || child.name === 'tbody' || child.name === 'tfoot') collect(child);
    }
  };
  collect(table);
  const filled = rows.filter((cells) => cells.length > 0);
  const columns = Math.max(0, ...filled.slice(0, 1000).map((cells) => cells.length));
  if (columns < 2 || filled.some((cells) => cells.some(isLayout))) return undefined;
  const first = filled[0] ?? [];
  const hasHeader = (filled.length > 1 && first.every(({ name }) => name === 'th')) || isInHead(table, first[0]);
  const texts = filled.map((cells) => cells.map((cell) => cellText(cell)));
  return hasHeader ? { caption, header: texts[0], rows: texts.slice(1) } : { caption, header: undefined, rows: texts };
}

function isLayout(cell: HtmlElement): boolean {
  return holds(cell) || textOf(cell).length > MAX_CELL_CHARACTERS;
}

function holds(element: HtmlElement): boolean {
  return element.children.some((child) => typeof child !== 'string' && (NOT_IN_CELLS.has(child.name) || holds(child)));
}

function isInHead(table: HtmlElement, cell: HtmlElement | undefined): boolean {
  return table.children.some(
    (part) =>
      typeof part !== 'string' &&
      part.name === 'thead' &&
      part.children.some((row) => typeof row !== 'string' && cell !== undefined && row.children.includes(cell)),
  );
}
