import type { Random } from './random.js';

/** A person who does not exist. */
export interface Person {
  readonly ipp: string;
  /** INS under the test OID: 13 digits and the key. */
  readonly ins: string;
  readonly family: string;
  readonly usual: string;
  readonly given: readonly string[];
  /** YYYYMMDD */
  readonly birthDate: string;
  readonly sex: 'F' | 'M';
  /** INSEE code of the birthplace. */
  readonly birthplace: string;
  readonly city: string;
}

const families = [
  'ESSAI',
  'FICTIF',
  'LEFAUX',
  'MODELE',
  'PATRON',
  'TESTARD',
  'DEMONT',
  'EXEMPLE',
  'ÉPREUVE',
  'LŒUVRE',
  'D’ESSAI',
  'DE LA FEINTE',
];
const givens = {
  F: ['ANAÏS', 'ZOÉ', 'MARIE', 'LÉA', 'JEANNE', 'INÈS'],
  M: ['LUC', 'RÉMI', 'JEAN', 'NOËL', 'PAUL', 'IDRISS'],
} as const;
const places: readonly (readonly [string, string])[] = [
  ['63220', 'MESSEIX'],
  ['75056', 'PARIS'],
  ['2A004', 'AJACCIO'],
  ['97411', 'SAINT-DENIS'],
  ['59350', 'LILLE'],
];

const two = (n: number): string => String(n).padStart(2, '0');

/** Key of a NIR: 97 - (13 digits modulo 97); 2A counts as 19, 2B as 18 (domain facts, section 1.2). */
const keyOf = (nir: string): string => two(97 - Number(BigInt(nir.replace('2A', '19').replace('2B', '18')) % 97n));

export const inventPerson = (random: Random, ipp: string): Person => {
  const sex = random.pick(['F', 'M'] as const);
  const year = 1930 + random.below(95);
  const month = 1 + random.below(12);
  const [birthplace, city] = random.pick(places);
  const nir = `${sex === 'M' ? 1 : 2}${two(year % 100)}${two(month)}${birthplace.slice(0, 5)}${String(random.below(1000)).padStart(3, '0')}`;
  const family = random.pick(families);
  return {
    ipp,
    ins: `${nir}${keyOf(nir)}`,
    family,
    usual: sex === 'F' && random.below(3) === 0 ? random.pick(families) : family,
    given: [random.pick(givens[sex]), random.pick(givens[sex])],
    birthDate: `${year}${two(month)}${two(1 + random.below(28))}`,
    sex,
    birthplace,
    city,
  };
};
