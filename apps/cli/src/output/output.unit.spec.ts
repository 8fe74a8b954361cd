import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { speak } from '../words/words.js';
import { column, facts, list } from './columns.js';
import { writeCsv } from './csv.js';
import { writeSeconds } from './durations.js';
import { displayWidth } from './display-width.js';
import { render } from './render.js';
import { printable, writeTable } from './table.js';

/** RFC 4180, read back by another way than it was written. */
const readCsv = (text: string): string[][] => {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    row.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'));
    if (end === '\r\n') {
      rows.push(row);
      row = [];
    }
  }
  return rows;
};

describe('output', () => {
  it('tells a sentence whole, wherever it stands and whoever reads', async () => {
    const detail = `replica a ${'is not what was made '.repeat(6)}at all`;
    const view = list([
      column('what', 'sentence'),
      column('detail', 'sentence'),
      column('messageId'),
      column('hint', 'sentence'),
    ]);
    const items = [{ what: 'schema', detail, messageId: 'x'.repeat(100), hint: 'see' }];
    const shown = render({ items }, view, { output: 'table', say: await speak('en'), colour: false });
    expect(shown).toContain(detail);
    expect(shown).toContain(`${'x'.repeat(63)}…`);
  });

  it('says each of several sentences in the language of who reads them', async () => {
    const view = facts([column('waitsFor', 'sentence')]);
    const answer = { waitsFor: ['replica a: its database does not answer', 'replica b has not begun yet'] };
    const shown = async (language: 'fr' | 'en') =>
      render(answer, view, { output: 'table', say: await speak(language), colour: false });
    expect(await shown('en')).toContain('replica a: its database does not answer; replica b has not begun yet');
    expect(await shown('fr')).toMatch(/; réplica b\s: pas encore commencé/);
  });

  it('csv is read back as it was', () => {
    const field = fc.stringMatching(/^[a",\r\n;é ]{0,6}$/);
    fc.assert(
      fc.property(fc.array(fc.array(field, { minLength: 1, maxLength: 4 }), { maxLength: 4 }), (rows) => {
        expect(readCsv(writeCsv(rows))).toEqual(rows);
      }),
    );
  });

  it.each([
    '=1+1',
    '+33 1 40',
    '-cmd|calc',
    '@SUM(A1)',
    ' =1',
    '\t=1',
    '\r\n=1',
    '\u00a0\ufeff=1',
    '\u200b=1',
    '＝1',
    '＋1',
    '－1',
    '＠x',
    '﹣1',
    'a;=1+1',
    'a\t@x',
  ])('csv holds no formula: %j', (text) => {
    const [[cell = '', other] = []] = readCsv(writeCsv([[text, 'x']]));
    expect(cell).toBe(text.replace(/^[\s\u200b]*(?=[=+\-@＝＋－＠﹣])|(?<=[;\t])(?=[=@])/, "'$&"));
    expect(other).toBe('x');
  });

  it.each(['-3', '+1.5', '-2e10', '2026-11-20T10:00:00+01:00', '1-812', 'a-b@c', '990000010-812'])(
    'csv leaves numbers, times and ids as they are: %s',
    (text) => {
      expect(writeCsv([[text]])).toBe(`${text}\r\n`);
    },
  );

  it.each(['\u001b[2J', '\u0000', '\u0007', '\u009b31m', '\u007f', '\u202e', '\u0008'])(
    'neither csv nor a table steers a terminal: %j',
    (text) => {
      for (const shown of [writeCsv([[`a${text}b`]]), writeTable([[{ text: printable(`a${text}b`), align: 'left' }]])])
        expect([shown.includes(text), /^a.+b\s$/u.test(shown.replace('\r', ''))]).toEqual([false, true]);
    },
  );

  it('tables are aligned, by what a terminal shows', () => {
    expect(displayWidth('é')).toBe(1);
    expect(displayWidth('e\u0301')).toBe(1);
    expect(displayWidth('病院')).toBe(4);
    const cells = (...texts: string[]) =>
      texts.map((text, at) => ({ text, align: at === 1 ? 'right' : 'left' }) as const);
    expect(writeTable([cells('nom', 'n', 'x'), cells('病院', '12', 'y')])).toBe('nom    n  x\n病院  12  y\n');
  });

  it('tables fit into a width: their widest columns are wrapped, between words where that is possible', () => {
    const cells = (...texts: string[]) => texts.map((text) => ({ text, align: 'left' }) as const);
    const rows = [
      cells('id', 'what is wrong', 'n'),
      cells('a', 'the first sentence is long', '1'),
      cells('b', 'x'.repeat(30), '2'),
    ];
    const table = writeTable(rows, 24);
    expect(table).toBe(
      [
        'id  what is wrong      n',
        'a   the first          1',
        '    sentence is long',
        `b   ${'x'.repeat(17)}  2`,
        `    ${'x'.repeat(13)}`,
        '',
      ].join('\n'),
    );
    expect(writeTable(rows, 200)).toBe(writeTable(rows));
    const lines = (width: number): string[] => writeTable(rows, width).split('\n');
    for (let width = 20; width < 60; width++)
      expect(Math.max(...lines(width).map(displayWidth))).toBeLessThanOrEqual(width);
  });

  it('tables stay narrow whatever one row holds; what stands last is told whole', () => {
    const cells = (...texts: string[]) => texts.map((text) => ({ text, align: 'left' }) as const);
    const [first = '', second = ''] = writeTable([
      cells('X'.repeat(5_000), 'end'),
      cells('病'.repeat(40), 'y'.repeat(90)),
    ]).split('\n');
    expect(first).toBe(`${'X'.repeat(63)}…  end`);
    expect([displayWidth(second), second.endsWith(`…   ${'y'.repeat(90)}`)]).toEqual([64 + 2 + 90, true]);
  });

  it.each([
    [2.14, '2.1 s', '2,1 s'],
    [0, '0 s', '0 s'],
    [75, '1 min 15 s', '1 min 15 s'],
    [7200, '2 h', '2 h'],
    [90_000, '1 d 1 h', '1 j 1 h'],
  ])('%d seconds are %s', async (seconds, english, french) => {
    expect(writeSeconds(seconds, await speak('en'))).toBe(english);
    expect(writeSeconds(seconds, await speak('fr'))).toBe(french);
  });
});
