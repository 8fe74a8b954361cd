import type { Brand } from './brand.js';
import { Failure } from './failure.js';

/** FINESS number of a legal entity (EJ) or site (EG): nine characters, the first two the département (2A and 2B in Corsica). */
export type Finess = Brand<string, 'Finess'>;

const shape = /^[0-9A-Z]{9}$/;

/** Luhn over nine digits; Corsica's letter counts A = 1, B = 2 (domain facts, section 1.1: safe as a warning, not as a rule). */
const keyHolds = (value: string): boolean => {
  const digits = Array.from(value, (c) => (c === 'A' ? 1 : c === 'B' ? 2 : Number(c)));
  const sum = digits.reverse().reduce((total, digit, index) => {
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return sum % 10 === 0;
};

export const Finess = {
  matches: (raw: string): raw is Finess => shape.test(raw),
  parse(raw: string): Finess {
    if (!Finess.matches(raw))
      throw new Failure(
        'input.invalid',
        `not a FINESS number: "${raw.slice(0, 20)}"`,
        'nine digits, or 2A/2B and seven digits',
      );
    return raw;
  },
  keyHolds,
};
