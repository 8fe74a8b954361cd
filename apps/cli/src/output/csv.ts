import { visible } from './table.js';

/** A number as it is written in data: `-3` and `+1.5e3` stay numbers. */
const number = /^[+-]?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i;

/**
 * What a spreadsheet takes for a formula: `=`, `+`, `-`, `@`, in full width and small forms too, at the beginning of a cell or, for a
 * spreadsheet that separates cells by semicolons or tabs, behind one; blanks and invisible characters may stand before it.
 */
const formula =
  /(^|[;\t\r\n])([\s\u200b-\u200f\u2060\ufeff]*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20\ufe62\ufe63\ufe66\ufe6b])/g;

/** A formula becomes text by an apostrophe before it, a control character visible; line ends and tabs stay within their quotes. */
const harmless = (text: string): string =>
  number.test(text) ? text : visible(text, 'lines-stay').replaceAll(formula, "$1'$2");

/** RFC 4180: CRLF, quotes only where they are needed, doubled inside. */
const field = (text: string): string => {
  const cell = harmless(text);
  return /[",\t\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell;
};

export const writeCsv = (rows: readonly (readonly string[])[]): string =>
  rows.map((row) => `${row.map(field).join(',')}\r\n`).join('');
