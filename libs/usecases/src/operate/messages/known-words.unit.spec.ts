import { describe, expect, it } from 'vitest';
import { isKnownType, refuseUnknownType, refuseUnknownWarning, typeAsWritten } from './known-words.js';

describe('a type of messages', () => {
  it.each(['ADT', 'ADT^A01', 'ZZZ^Z99', 'PUT', 'DELETE Patient', 'Bundle', 'Bundle transaction', 'DRAIN', 'unknown'])(
    'is known: %s',
    (type) => {
      expect([isKnownType(type), typeAsWritten(type.toLowerCase())]).toEqual([true, type]);
    },
  );

  it.each([
    ['delete patient', 'DELETE Patient'],
    ['ADT^A1', 'ADT'],
    ['DELETE Pattient', 'DELETE Patient'],
    ['remove  patient', 'DELETE Patient'],
    ['Bundle transactions', 'Bundle transaction'],
    ["x'; drop table messages", 'a label or the first word of one'],
  ])('is none, and the nearest is named: %s', (raw, near) => {
    const type = typeAsWritten(raw);
    if (isKnownType(type)) expect(type).toBe(near);
    else expect(hintOf(() => refuseUnknownType(type))).toContain(near);
  });
});

describe('the code of a warning', () => {
  it.each([
    'message-id-reused',
    'visit-reopened',
    'charset-unknown',
    'fhir-doubtful',
    '102',
    'structure',
    'frame.cut-off',
  ])('is known: %s', (code) => {
    expect(() => refuseUnknownWarning(code)).not.toThrow();
  });

  it('is none, and the nearest are named', () => {
    expect(hintOf(() => refuseUnknownWarning('mesage-id-reused'))).toBe('did you mean: message-id-reused');
    expect(hintOf(() => refuseUnknownWarning('visit-reopend'))).toContain('visit-reopened');
    expect(() => refuseUnknownWarning('nope')).toThrow('no such code: "nope"');
  });
});

const hintOf = (work: () => void): string => {
  try {
    work();
  } catch (error) {
    return (error as { readonly hint: string }).hint;
  }
  return 'nothing was thrown';
};
