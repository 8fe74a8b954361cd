import { insKindAt, isIns } from '../mapping/identifier.js';
import type { Mapping } from '../mapping/mapping.js';
import type { Trigger } from './triggers.js';

/** Fields that IHE PAM France 2.11 requires, by segment; `visit`: of messages that tell of a visit (PV1-2 other than N). */
export const requiredFields: readonly (readonly [string, readonly number[], 'visit' | 'all'])[] = [
  ['EVN', [2], 'all'],
  ['PID', [3, 5, 32], 'all'],
  ['PID', [18], 'visit'],
  ['PV1', [2, 19], 'visit'],
  ['ZBE', [2, 5, 9], 'visit'],
];

const checkRequired = (isVisit: boolean, mapping: Mapping): void => {
  for (const [name, fields, of] of requiredFields) {
    if (of === 'visit' && !isVisit) continue;
    const segment = mapping.message.first(name);
    // What is told of ZBE that is not there depends on the trigger: see movement.ts.
    if (segment === undefined) {
      if (name !== 'ZBE') mapping.warn('segment-missing', name);
    } else for (const field of fields) if (segment.raw(field) === '') mapping.warn('field-missing', `${name}-${field}`);
  }
};

const checkMovement = (mapping: Mapping): void => {
  const zbe = mapping.message.first('ZBE');
  if (zbe === undefined) return;
  const historic = zbe.text(5);
  if (historic !== '' && historic !== 'Y' && historic !== 'N') mapping.warn('code-unknown', 'ZBE-5');
  if (zbe.text(4) !== 'INSERT' && zbe.raw(6) === '') mapping.warn('field-missing', 'ZBE-6');
};

/** An INS circulates only of a qualified identity (RNIV; domain facts, section 1.3). */
const checkIns = (mapping: Mapping): void => {
  const pid = mapping.message.first('PID');
  if (pid === undefined) return;
  const hasIns = pid
    .repetitions(3)
    .some((identifier) => isIns(identifier) && insKindAt(identifier, mapping) && identifier.text(1) !== '');
  if (hasIns && !pid.repetitions(32).some((status) => status.text(1) === 'VALI'))
    mapping.warn('ins-unqualified', 'PID-32');
};

/**
 * What of a message sent under IHE PAM France breaks its letter and corrupts nothing: warnings, or refusals of a sender that is held
 * to the letter.
 */
export const checkProfile = (meaning: Trigger, mapping: Mapping): void => {
  if (!mapping.isFrench) return;
  if (meaning.notFrench) mapping.warn('trigger-excluded', 'MSH-9');
  const pv1 = mapping.message.first('PV1');
  const isVisit = meaning.family === 'visit' && pv1?.text(2) !== 'N';
  checkRequired(isVisit, mapping);
  if (isVisit) checkMovement(mapping);
  checkIns(mapping);
};
