import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Instant } from '#domain';
import { numberOfMessage } from './number-of-message.js';
import { NumberSeries } from './number-series.js';

const at = Instant.of(0);
const seriesOf = (numbers: readonly number[], hash = 'a', series = new NumberSeries()): NumberSeries => {
  for (const number of numbers) series.add(number, `${hash}${number}`, at);
  return series;
};
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, n) => from + n);
const missing = ({ holes }: NumberSeries): number[] =>
  holes.flatMap(({ from, to }) => range(from, to)).toSorted((a, b) => a - b);

describe('the numbers of a sender', () => {
  it('miss what did not come, whatever order several threads deliver in', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.uniqueArray(fc.integer({ min: 1, max: 98 }), { maxLength: 20 }),
        fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 100, maxLength: 100 }),
        (first, lost, delays) => {
          const sent = range(first, first + 99).filter((number) => !lost.includes(number - first));
          const arrived = sent
            .map((number, index) => ({ number, when: index + (delays[index] ?? 0) }))
            .toSorted((a, b) => a.when - b.when)
            .map(({ number }) => number);
          const series = seriesOf(arrived);
          expect(missing(series)).toEqual(lost.map((number) => number + first).toSorted((a, b) => a - b));
          expect(series.restarts).toEqual([]);
        },
      ),
    );
  });

  it('say nothing by being sent again, and nothing is missing that was refused', () => {
    const series = seriesOf([...range(1, 40), ...range(10, 30), ...range(43, 60)]);
    expect([missing(series), series.restarts]).toEqual([[41, 42], []]);
    series.account(41);
    expect(missing(series)).toEqual([42]);
  });

  it('begin anew: from a backup, with ids that were there; or far below', () => {
    const before = seriesOf([...range(100, 129), ...range(132, 149), ...range(151, 200)]);
    expect(missing(before)).toEqual([130, 131, 150]);
    const restored = seriesOf(range(140, 180), 'b', before);
    expect(restored.restarts).toEqual([{ highest: 200, begins: 140, at }]);
    expect([missing(restored), restored.highest, restored.isNumbered]).toEqual([[130, 131], 180, true]);
    expect(seriesOf(range(1, 30), 'b', seriesOf(range(5000, 5100))).restarts).toMatchObject([
      { highest: 5100, begins: 1 },
    ]);
    expect(seriesOf(range(1, 5), 'b', seriesOf(range(5000, 5100))).restarts).toEqual([]);
  });

  it('are none where ids are clocks or random', () => {
    expect(seriesOf(range(1, 100).map((n) => n * 137)).isNumbered).toBe(false);
    expect(seriesOf(range(1, 100)).isNumbered).toBe(true);
    expect(seriesOf(range(1, 10)).isNumbered).toBe(false);
  });
});

it.each([
  ['MSH|^~\\&|HIS|F|R|G|20261120||ADT^A01|MSG00042|P|2.5', { by: 'MSH-10', counter: 'HIS MSG', number: 42 }],
  ['MSH|^~\\&|HIS|F|R|G|20261120||ADT^A01|X|P|2.5|7', { by: 'MSH-13', counter: 'HIS', number: 7 }],
  ['MSH|^~\\&|HIS|F|R|G|20261120||ADT^A01|12|P|2.5|0', { by: 'MSH-10', counter: 'HIS ', number: 12 }],
  ['\ufeffMSH|^~\\&|HIS|F|R|G|20261120||ADT^A01|abc|P|2.5', undefined],
  ['{"resourceType":"Patient"}', undefined],
])('%j is numbered %j', (text, number) => {
  expect(numberOfMessage(Buffer.from(`${text}\rPID|1\r`))).toEqual(number);
});
