import ucumLibrary from '@lhncbc/ucum-lhc';
import { Remembered } from './remembered.js';

export const ucum = 'http://unitsofmeasure.org';

/**
 * Longer than any unit is.
 * @limit HL7 v2 | characters of a unit | it stays text
 */
const lengthMax = 60;

/**
 * The grammar of UCUM (The Unified Code for Units of Measure, version 2.1, section 2), parentheses one level deep. Looked at first:
 * the library takes what the grammar has not (`mm^3`), and writes to the console about what it cannot parse.
 */
const annotation = String.raw`\{[!-z|~]*\}`;
const symbol = String.raw`(?:10[*^]|(?:[A-Za-z%'_]|\[[\w.%']+\])+)`;
const component = `(?:(?:${symbol}(?:[-+]?\\d+)?|\\d+)(?:${annotation})?|${annotation})`;
const term = `${component}(?:[./]${component})*`;
const group = String.raw`(?:${component}|\(/?${term}\)(?:${annotation})?)`;
const expression = new RegExp(`^/?${group}(?:[./]${group})*$`);

/** Symbols of an expression with their prefixes, without exponents. */
const symbols = /(?:[A-Za-z%'_]|\[[^\]]+\])+/g;

/**
 * Symbols that UCUM has, and that mean something else where a sender without a coding system writes them: `G/L` and `T/L` are giga and
 * tera per litre and no gauss and tesla, `K/uL` is thousands and no kelvin, `mL/H` is per hour, `g/J` per day, `pH` no picohenry, `C`
 * and `F` degrees of temperature, `AU` and `aU` arbitrary units, `u` a unit, `ct`, `pt` and `ft` counts, points and feet and no tons.
 */
const otherMeaning =
  /^(?:A|AU|B|C|F|G|H|J|K|N|P|R|S|T|pH|ph|pc|ar|att|circ|sph|st|rad|''?|(?:da|[acdhyz])U|(?:da|[yzafpnumcdhk])?[btu]|(?:da|[yzafpnumcdhk])(?:h|d|a|min|wk|mo))$/;

/** Prefixes from mega on: they are what is left of a milligram or a millilitre in capitals (`Mg/L`, `ML/min`, `MU/L`), but for these. */
const largePrefix = /^[EGMPTYZ]/;
const trulyLarge = /^(?:Pa|Gy|Torr|[MGT](?:Bq|Hz|eV|Pa|J|V|W|Ohm)|.*\[.*)$/;

/** `1.73` is 1 times 73 in UCUM; `/m` at the end is per minute as often as per metre; a number alone is no unit, but for 1. */
const misreadNumber = /\d\.\d|\/m$|^(?!1$)\d+$/;

const isMisread = (text: string): boolean => {
  const bare = text.replace(/\{[^}]*\}/g, '');
  if (misreadNumber.test(bare)) return true;
  return (bare.match(symbols) ?? []).some(
    (one) => otherMeaning.test(one) || (largePrefix.test(one) && !trulyLarge.test(one)),
  );
};

const remembered = new Remembered<boolean>(2000);

/**
 * A text is a unit of UCUM, and means in it what its sender means: valid by the library of the NLM, to the letter, and none of those
 * that senders write for something else. A text that the sender itself calls UCUM is not asked of here.
 */
export const isUcumUnit = (text: string): boolean =>
  text.length <= lengthMax &&
  remembered.of(
    text,
    (unit) =>
      expression.test(unit) &&
      !isMisread(unit) &&
      ucumLibrary.UcumLhcUtils.getInstance().validateUnitString(unit).status === 'valid',
  );
