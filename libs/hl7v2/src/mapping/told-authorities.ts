import type { Message } from '../message/message.js';
import type { Composite, Segment } from '../message/segment.js';
import type { Authority, Numbered } from './authorities.js';
import { authorityIn, authorityInPair, authorityOfEntity } from './authority.js';
import { insKinds, isIns, numberedIn } from './identifier.js';
import type { Mapping } from './mapping.js';

type Form = 'CX' | 'EI' | 'EIP';

/** Where the numbers stand that records are told by. `standIn`: read only where that field of the same segment is empty. */
const places: readonly (readonly [
  segment: string,
  fields: readonly (readonly [field: number, form: Form, numbered: Numbered | undefined, standIn?: number])[],
])[] = [
  [
    'PID',
    [
      [3, 'CX', 'patient'],
      [2, 'CX', 'patient', 3],
      [18, 'CX', 'account'],
    ],
  ],
  [
    'MRG',
    [
      [1, 'CX', 'patient'],
      [4, 'CX', 'patient', 1],
      [3, 'CX', 'account'],
      [5, 'CX', 'visit'],
    ],
  ],
  [
    'PV1',
    [
      [19, 'CX', 'visit'],
      [50, 'CX', 'visit', 19],
    ],
  ],
  ['ZBE', [[1, 'EI', 'movement']]],
  [
    'ORC',
    [
      [2, 'EI', 'placer'],
      [3, 'EI', 'order'],
    ],
  ],
  [
    'OBR',
    [
      [2, 'EI', 'placer'],
      [3, 'EI', 'order'],
    ],
  ],
  ['SPM', [[2, 'EIP', undefined]]],
  [
    'TXA',
    [
      [12, 'EI', 'document'],
      // Without an authority of its own it is of that of TXA-12.
      [13, 'EI', undefined],
      [14, 'EI', 'placer'],
      [15, 'EI', 'order'],
    ],
  ],
];

/** A number that a message tells, and how it names the number's authority. */
export interface ToldAuthority extends Authority {
  readonly value: string;
  readonly numbered: Numbered | undefined;
  readonly segment: Segment;
  readonly field: number;
  /** Which repetition, from 0, and the component of its authority. */
  readonly at: number;
  readonly component: number;
}

/** `MRG-1`, `PID-3[2].4`. */
const placeOf = ({ segment, field, at, component, namespace, universal }: ToldAuthority): string => {
  const label = segment.sequence === 1 ? segment.name : `${segment.name}[${segment.sequence}]`;
  const repetition = segment.repetitions(field).length > 1 ? `[${at + 1}]` : '';
  return `${label}-${field}${repetition}${namespace === '' && universal === '' ? '' : `.${component}`}`;
};

/**
 * Of the segments of one name so many are looked at: more of one message are spelt alike.
 * @limit HL7 v2 | segments of one name that are searched for authorities | the rest is not
 */
const segmentsMax = 200;

/** One repetition: its number and authority, and the component that names it. None where it is an INS: its OID alone tells what it is. */
const toldIn = (
  composite: Composite,
  form: Form,
  numbered: Numbered | undefined,
): readonly (Authority & Pick<ToldAuthority, 'value' | 'numbered' | 'component'>)[] => {
  if (form === 'EIP')
    return ([1, 2] as const).map((component) => ({
      ...authorityInPair(composite, component),
      value: composite.sub(component, 1),
      // A specimen and its order may each have an authority of their own.
      numbered: undefined,
      component,
    }));
  const value = composite.text(1);
  if (form === 'EI') return [{ ...authorityOfEntity(composite), value, numbered, component: 2 }];
  const authority = authorityIn(composite, 4);
  if (insKinds[authority.universal] || isIns(composite)) return [];
  return [{ ...authority, value, numbered: numbered === 'patient' ? numberedIn(composite) : numbered, component: 4 }];
};

/** How a message names the authorities of its numbers. */
export const toldAuthorities = (message: Message): readonly ToldAuthority[] => {
  const told: ToldAuthority[] = [];
  for (const [name, fields] of places)
    for (const segment of message.all(name).slice(0, segmentsMax))
      for (const [field, form, numbered, standIn] of fields) {
        if (standIn !== undefined && segment.raw(standIn) !== '') continue;
        const repetitions = segment.repetitions(field);
        for (let at = 0; at < repetitions.length; at++) {
          const composite = repetitions[at] as Composite;
          if (composite.isNull) continue;
          for (const one of toldIn(composite, form, numbered))
            if (one.value !== '') told.push({ ...one, segment, field, at });
        }
      }
  return told;
};

/**
 * Warns where one message alone shows that the sender spells an authority in two ways which its profile does not say to be one: a
 * namespace that stands with an OID elsewhere in the message, another OID than the declared one beside a namespace, a number without
 * authority where another of its kind has one. What messages spell otherwise than others, the fold tells (`merge-of-nothing`,
 * `visit-unknown`).
 */
export const checkAuthorities = (mapping: Mapping): void => {
  const { authorities, message } = mapping;
  const told = toldAuthorities(message);
  const paired = new Set<string>();
  const named = new Set<Numbered | undefined>();
  const values = new Set<string>();
  for (const { namespace, universal, numbered, value } of told) {
    if (namespace === '' && universal === '') continue;
    if (universal !== '') paired.add(namespace);
    named.add(numbered);
    values.add(`${numbered} ${value}`);
  }
  if (named.size === 0) return;
  for (const one of told) {
    const { namespace, universal, numbered, value } = one;
    const declared = authorities.oidOf(namespace);
    if (universal !== '') {
      if (declared !== undefined && declared !== universal) mapping.warn('authority-undeclared', placeOf(one));
    } else if (namespace !== '') {
      if (paired.has(namespace) && declared === undefined) mapping.warn('authority-undeclared', placeOf(one));
    } else if (numbered !== undefined && named.has(numbered) && authorities.ownOf(numbered) === undefined) {
      // A visit or an account that MRG names by the number that the message tells whole is that one.
      const isToldWhole = numbered !== 'patient' && values.has(`${numbered} ${value}`);
      if (!isToldWhole) mapping.warn('authority-undeclared', placeOf(one));
    }
  }
};
