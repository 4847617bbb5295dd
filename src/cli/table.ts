import { styleText } from 'node:util';
import stringWidth from 'string-width';

/** One style, because Node 20 paints a list of styles even where colours are unwanted (NO_COLOR, a pipe). */
type Style = Extract<Parameters<typeof styleText>[0], string>;

/** What stands in one place of a table. */
export interface Cell {
  readonly text: string;
  /** Applied on a terminal that shows colours only; the text must say everything without. */
  readonly style?: Style;
  readonly align?: 'left' | 'right';
}

const GAP = '  ';

/** Longest text in a column; a longer one is cut, and `…` says so. */
const WIDEST = 60;

/** Lays out a table for people, columns as wide as their widest cell on a terminal, one line a row. */
export function renderTable(titles: readonly string[], rows: readonly (readonly (Cell | string)[])[]): string {
  return layOut(titles, rows, onTerminal);
}

/** The same without any style, for a text that goes elsewhere than to this terminal. */
export function plainTable(titles: readonly string[], rows: readonly (readonly (Cell | string)[])[]): string {
  return layOut(titles, rows, (_style, text) => text);
}

type Paint = (style: Style, text: string) => string;

const onTerminal: Paint = (style, text) => styleText(style, text, { stream: process.stdout });

function layOut(titles: readonly string[], rows: readonly (readonly (Cell | string)[])[], paint: Paint): string {
  const cells = rows.map((row) => row.map(plain));
  const widths = titles.map((title, column) =>
    Math.max(stringWidth(title), ...cells.map((row) => stringWidth(row[column]?.text ?? ''))),
  );
  const head = titles.map((title, column) => {
    const align = cells[0]?.[column]?.align ?? 'left';
    return padded({ text: title, style: 'bold', align }, widths[column] ?? 0, paint);
  });
  const body = cells.map((row) => row.map((cell, column) => padded(cell, widths[column] ?? 0, paint)));
  return [head, ...body].map((line) => `${line.join(GAP).trimEnd()}\n`).join('');
}

function plain(cell: Cell | string): Cell {
  const { text, ...rest } = typeof cell === 'string' ? { text: cell } : cell;
  // A name or a message may hold anything; a terminal must not act on it.
  return { text: cut(text.replaceAll(/\p{Cc}/gu, '�')), ...rest };
}

function padded({ text, style, align }: Cell, width: number, paint: Paint): string {
  const space = ' '.repeat(Math.max(0, width - stringWidth(text)));
  const styled = style === undefined ? text : paint(style, text);
  return align === 'right' ? space + styled : styled + space;
}

function cut(text: string): string {
  if (stringWidth(text) <= WIDEST) return text;
  let kept = '';
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (stringWidth(kept + segment) > WIDEST - 1) break;
    kept += segment;
  }
  return `${kept}…`;
}
