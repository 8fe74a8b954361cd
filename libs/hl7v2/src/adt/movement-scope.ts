import type { MovementNature, Responsibility } from '#domain';
import type { Mapping } from '../mapping/mapping.js';
import type { Segment } from '../message/segment.js';

/** Letters of ZBE-9 (domain facts, section 2.2); they combine freely. */
export const scopeLetters: Readonly<Record<string, string>> = {
  H: 'the housing ward: PV1-3',
  L: 'the bed: PV1-3',
  M: 'the medical ward: ZBE-7',
  S: 'the nursing ward: ZBE-8',
  D: 'administrative management: none of the three',
  C: 'a correction: alone, whatever the message holds',
};

/** What a movement changes, and so may say: the other wards that stand in the message are those of before. */
export interface MovementScope {
  readonly place: boolean;
  readonly medical: boolean;
  readonly nursing: boolean;
  readonly isAdministrative: boolean;
}

const everything: MovementScope = { place: true, medical: true, nursing: true, isAdministrative: false };

const isKnown = (letters: string): boolean => {
  for (const letter of letters) if (!'HLMSDC'.includes(letter)) return false;
  return true;
};

export const scopeOf = (zbe: Segment, mapping: Mapping): MovementScope => {
  const letters = zbe.text(9).toUpperCase();
  if (letters === '') return everything;
  if (isKnown(letters)) zbe.take(9);
  if (letters === 'C') return everything;
  if (!isKnown(letters)) {
    mapping.warn('code-unknown', 'ZBE-9');
    return everything;
  }
  return {
    place: letters.includes('H') || letters.includes('L'),
    medical: letters.includes('M'),
    nursing: letters.includes('S'),
    isAdministrative: letters.includes('D'),
  };
};

/** What a cancel takes back: the wards that its letters name; with none, all of the movement that it is about. */
export const responsibilitiesOf = ({ place, medical, nursing }: MovementScope): readonly Responsibility[] => {
  const named: readonly (readonly [boolean, Responsibility])[] = [
    [place, 'housing'],
    [medical, 'medical'],
    [nursing, 'nursing'],
  ];
  return named.flatMap(([isNamed, responsibility]) => (isNamed ? [responsibility] : []));
};

export const allResponsibilities = responsibilitiesOf(everything);

/** A transfer that changes no place is one of responsibility; several messages of one movement are told apart by it. */
export const transferWithin = (scope: MovementScope): MovementNature => {
  if (scope.place || !(scope.medical || scope.nursing)) return 'transfer';
  return scope.medical ? 'medical-ward' : 'nursing-ward';
};

/** What a movement is whose trigger nobody names. */
export const natureWithin = (scope: MovementScope): MovementNature =>
  scope.isAdministrative && !scope.place && !scope.medical && !scope.nursing ? 'class' : transferWithin(scope);
