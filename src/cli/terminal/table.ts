/** Rows with aligned columns; the last column is as long as it is. */
import type { Style } from './style';
import { cut, padEnd, padStart, widthOf } from './text-width';

export interface Column<Row> {
  title: string;
  cell: (row: Row) => string;
  /** Default: left. */
  align?: 'right';
  /** Columns at most; a longer cell is cut. Default: as needed. */
  maxWidth?: number;
  /** Colours the cell once it has its width. */
  paint?: (text: string, row: Row) => string;
}

/** A line of titles and a line a row. */
export function tableLines<Row>(rows: readonly Row[], columns: readonly Column<Row>[], style: Style): string[] {
  const cells = rows.map((row) => columns.map(({ cell, maxWidth }) => cut(cell(row), maxWidth ?? Infinity)));
  const widths = columns.map(({ title }, index) => Math.max(widthOf(title), ...cells.map((line) => widthOf(line[index] as string))));
  const padded = (text: string, index: number): string => {
    if (columns[index]?.align === 'right') return padStart(text, widths[index] as number);
    return index === columns.length - 1 ? text : padEnd(text, widths[index] as number);
  };
  const titles = style.dim(
    columns
      .map(({ title }, index) => padded(title, index))
      .join('  ')
      .trimEnd(),
  );
  return [
    titles,
    ...rows.map((row, at) =>
      columns
        .map(({ paint }, index) => {
          const text = padded(cells[at]?.[index] as string, index);
          return paint ? paint(text, row) : text;
        })
        .join('  ')
        .trimEnd(),
    ),
  ];
}
