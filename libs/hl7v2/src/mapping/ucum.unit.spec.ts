import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { isUcumUnit } from './ucum.js';

const list = (text: string): readonly string[] => text.trim().split(/\s+/);

describe('a text that is a unit of UCUM', () => {
  it.each(
    list(`10*9/L 10^9/L 10*3/uL 10*3 mmol/L umol/L g/dL g/L % U/L mU/L kU/L [iU]/L m[IU]/L mm[Hg] cm[H2O] fL pg ng/mL /uL /min
      {cells}/uL {titer} mL/min mL/min/{1.73_m2} kg/m2 h d a wk min mg/(24.h) umol/mmol{creat} meq/L mosm/kg kPa MBq Cel L/L 1 [pH]
      ukat/L mg/kg/d m2 mV mg/dL 1/mL`),
  )('%s', (text) => {
    expect(isUcumUnit(text)).toBe(true);
  });

  it.each(
    list(`x10^9/L 10^6/mm^3 mm^3 µmol/L mmHg UI/L IU/L mEq/L Kg KG MMOL/L PERCENT sec cc mcg/mL 10+9/L () )( [] {} 1.73 mg/24h
      ${'m'.repeat(61)}`).filter((text) => text !== '{}'),
  )('%s is none', (text) => {
    expect(isUcumUnit(text)).toBe(false);
  });

  it.each(['', ' ', 'mm Hg', 'mL/min/1.73 m^2', 'mg/24 h', 'mg/L ', '{a b}'])('%j is none', (text) => {
    expect(isUcumUnit(text)).toBe(false);
  });

  it.each(
    list(`G/L T/L G T K/uL K/mm3 pH C F mL/H mg/J mL/S N/L AU/mL aU EU/mL MU/L u/L mu/L ku/L kb ct pt ft Mg/L ML/min Mmol/L Meq/L PG Gm
      mL/min/1.73.m2 mL/m 5 100 0 st pc ' hd`),
  )('%s is one, and not what is meant', (text) => {
    expect(isUcumUnit(text)).toBe(false);
  });

  it.each(['()', '[()]', '[0mol()1]', 'm()', '{', '[', 'mm Hg', '((m))'])('%j is not told to the console', (text) => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    expect(isUcumUnit(text)).toBe(false);
    expect(log).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });

  it('nothing is ever written to the console', () => {
    const spies = (['log', 'info', 'warn', 'error'] as const).map((name) =>
      vi.spyOn(console, name).mockImplementation(() => undefined),
    );
    const piece = fc.constantFrom(
      ...'m g L U l K G T / . ^ * ( ) [ ] { } % 0 1 2 3 4 5 6 7 8 9 - + e q o s i n H'.split(' '),
      ' ',
      'mol',
      '10*',
      '[iU]',
      '{x}',
      '()',
      '[pH]',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        isUcumUnit(pieces.join(''));
      }),
      { numRuns: 3000 },
    );
    for (const spy of spies) expect(spy).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });
});
