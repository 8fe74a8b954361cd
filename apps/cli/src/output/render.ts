import type { Json } from '../session/json.js';
import type { Output } from './output-form.js';
import type { Say } from '../words/words.js';
import { writeCsv } from './csv.js';
import { writeSeconds } from './durations.js';
import { type Cell, printable, writeTable } from './table.js';
import type { Column, View } from './view.js';

export interface Rendering {
  readonly output: Output;
  readonly say: Say;
  readonly colour: boolean;
  /** What a table has to fit into, where somebody says so. */
  readonly width?: number;
}

/** Without it Excel takes UTF-8 for another character set, and shows accents wrong. */
const byteOrderMark = '\ufeff';

/** As it is, for csv and for what a table has no better form for. */
const plain = (value: Json | undefined): string => {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.map((entry: Json) => plain(entry)).join(' ');
  if (typeof value === 'object')
    return Object.entries(value)
      .map(([name, entry]) => `${name}=${plain(entry)}`)
      .join(' ');
  return String(value);
};

const grouped = (value: number, say: Say): string =>
  value.toLocaleString(say.language === 'fr' ? 'fr-FR' : 'en-GB', { maximumFractionDigits: 1 });

const cellText = ({ kind }: Column, value: Json | undefined, say: Say): string => {
  const text = printable(plain(value));
  if (text === '') return '-';
  switch (kind) {
    case 'word':
      return say.value(text);
    case 'position':
      // Of a log in which nothing is yet, also behind the name of its establishment.
      return text.replaceAll(/(^|=)-1\b/g, '$1-');
    case 'sentence':
      return Array.isArray(value)
        ? value.map((one: Json) => say.sentence(printable(plain(one)))).join('; ')
        : say.sentence(text);
    case 'seconds':
      return Number.isFinite(Number(text)) ? writeSeconds(Number(text), say) : text;
    case 'number':
      return Number.isFinite(Number(text)) ? grouped(Number(text), say) : text;
    case 'time':
      // Milliseconds are in the other forms.
      return text.replace(/\.\d+(?=Z|[+-]\d\d:\d\d$)/, '');
    case 'text':
      return text;
  }
};

const esc =
  (code: number) =>
  (text: string): string =>
    `\u001b[${code}m${text}\u001b[0m`;
const bold = esc(1);
const colourOf = new Map<string, (text: string) => string>([
  ...['silent', 'refused', 'failed', 'false', 'rising'].map((word) => [word, esc(31)] as const),
  ...['parked', 'unmapped', 'stale', 'restored', 'running'].map((word) => [word, esc(33)] as const),
  ...['live', 'applied', 'built', 'approved', 'promoted', 'true'].map((word) => [word, esc(32)] as const),
]);

const cellOf = (column: Column, row: Json, { say, colour }: Rendering): Cell => {
  const value = column.of(row);
  const paint = colour && column.kind === 'word' ? colourOf.get(plain(value)) : undefined;
  return {
    text: cellText(column, value, say),
    align: column.kind === 'number' || column.kind === 'seconds' ? 'right' : 'left',
    isWhole: column.kind === 'sentence',
    ...(paint && { paint }),
  };
};

const table = (answer: Json, view: View, rendering: Rendering): string => {
  const { say, colour, width } = rendering;
  const rows = view.rows(answer);
  const heading = ({ name, kind }: Column, align?: 'left'): Cell => ({
    text: say(`column.${name}`),
    align: align ?? (kind === 'number' || kind === 'seconds' ? 'right' : 'left'),
    ...(colour && { paint: bold }),
  });
  if (rows.length === 0) return '';
  if (view.layout === 'list')
    return writeTable(
      [
        view.columns.map((column) => heading(column)),
        ...rows.map((row) => view.columns.map((column) => cellOf(column, row, rendering))),
      ],
      width,
    );
  return rows
    .map((row) =>
      writeTable(
        view.columns.map((column) => [heading(column, 'left'), { ...cellOf(column, row, rendering), align: 'left' }]),
        width,
      ),
    )
    .join('\n');
};

/** The data of an answer as standard output has it: empty, or whole lines. */
export const render = (answer: Json, view: View, rendering: Rendering): string => {
  switch (rendering.output) {
    case 'json':
      return `${JSON.stringify(answer, undefined, 2)}\n`;
    case 'jsonl':
      return view
        .rows(answer)
        .map((row) => `${JSON.stringify(row)}\n`)
        .join('');
    case 'csv':
      return (
        byteOrderMark +
        writeCsv([
          view.columns.map(({ name }) => name),
          ...view.rows(answer).map((row) => view.columns.map((column) => plain(column.of(row)))),
        ])
      );
    case 'table':
      return [view, ...(view.below ?? [])]
        .map((one) => table(answer, one, rendering))
        .filter((text) => text !== '')
        .join('\n');
  }
};
