import type { MemberEdit } from '#domain';
import type { Composite, Segment } from '../message/segment.js';
import { Edits } from './edits.js';
import { applyRules } from './field-rules.js';
import { deletedKeys, numberedIn, patientIdentifier, takeIdentified } from './identifier.js';
import type { Mapping } from './mapping.js';
import { pidFields, reliabilityRule } from './patient-fields.js';

/** What a sender that is no authority on identities may suggest of one. */
const suggested = pidFields.filter((rule) => rule !== reliabilityRule);

/**
 * Edits of a FHIR Patient from PID. An empty field says nothing; a field that is sent replaces all its repetitions, so that an
 * INS that is no longer sent is gone. `certain`: the sender is the authority on identities (admission is, a laboratory is not).
 */
export const patientEdits = (pid: Segment, mapping: Mapping, certain: boolean): readonly MemberEdit[] => {
  const edits = new Edits(certain);
  applyRules(certain ? pidFields : suggested, pid, edits, mapping);
  return edits.all();
};

/** Whatever the number was: it is dropped by its type and authority. */
const droppedKeys = (identifier: Composite, mapping: Mapping): readonly string[] => {
  takeIdentified(identifier, mapping, numberedIn(identifier));
  return deletedKeys(identifier, mapping);
};

/** Identifiers of MRG-1 replaced by those of PID-3, one by one; the others stay (A47). */
export const identifierEdits = (pid: Segment, mrg: Segment, mapping: Mapping): readonly MemberEdit[] => {
  const gone = [...mrg.repetitions(1), ...pid.repetitions(3).filter(({ isNull }) => isNull)];
  const told = pid.repetitions(3).filter((identifier) => identifier.text(1) !== '');
  return [
    ...gone.flatMap((identifier) =>
      identifier.raw === '""'
        ? []
        : droppedKeys(identifier, mapping).map((key) => ({ op: 'drop', member: 'identifier', key }) as const),
    ),
    ...told.map(
      (identifier, index) =>
        ({
          op: 'upsert',
          member: 'identifier',
          value: patientIdentifier(identifier, mapping, `PID-3[${index + 1}]`),
        }) as const,
    ),
  ];
};
