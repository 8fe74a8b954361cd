import type { Movement } from '../change.js';
import type { Warning } from '../log-event.js';
import type { VisitSubject } from './subject.js';
import { isOver } from './visit-course.js';

/** What the fold says of a message: it names no place, because it is what the messages before it did not tell. */
const said = (code: string, text: string): Warning => ({ code, location: '', text });

export const foldWarnings = {
  cancelOfNothing: said(
    'cancel-of-nothing',
    'this cancels nothing that stands: no movement of its number or kind is known in the visit',
  ),
  numberReused: said(
    'movement-number-reused',
    'the number of this new movement was told before, in another visit of this patient or at another time of this visit: in another visit both stand, and a sender that begins anew in each visit needs the setting hl7.movementNumber: visit; within this visit the two count as one movement, and its sender must number each of them',
  ),
  mergeOfNothing: said(
    'merge-of-nothing',
    'nothing was ever told of the patient that this merges: a number whose authority is spelt otherwise than before is another patient (setting hl7.authorities)',
  ),
  unmergeOfNothing: said(
    'unmerge-of-nothing',
    'this takes back no link that is known: a number whose authority is spelt otherwise than before is another patient (setting hl7.authorities)',
  ),
  visitUnknown: said(
    'visit-unknown',
    'nothing was ever told of the visit, or account, that this changes: a number whose authority is spelt otherwise than before is another visit (setting hl7.authorities)',
  ),
  visitNumberReused: said(
    'visit-number-reused',
    'this visit was told of another patient before: the whole of it now belongs to the patient of this message; where the number was given to two visits, the sender must tell both again under numbers of their own',
  ),
  dischargeWithoutEffect: said(
    'discharge-without-effect',
    'the visit is not over after this discharge: another movement lies behind it, or the admission, or the admission was taken back; the sender must correct the time that is wrong',
  ),
  visitReopened: said(
    'visit-reopened',
    'this movement lies behind the discharge of its visit, which is not over any more: where the patient has left, the sender must correct the time of one of the two',
  ),
  patientReplaced: said(
    'patient-replaced',
    'the number that this names was merged into another: what is said of the patient counts for the one that replaces it',
  ),
} as const;

/** Of every warning that the fold gives, those of ids and numbers used twice among them. */
export const foldWarningCodes: readonly string[] = [
  'message-id-reused',
  'filler-number-reused',
  ...Object.values(foldWarnings).map(({ code }) => code),
];

/** What a movement that was just told means for the end of its visit, where it is not what one expects. A cancel may well reopen a visit. */
export const warningOfEnd = (
  before: VisitSubject,
  after: VisitSubject,
  { action, nature }: NonNullable<Movement['movement']>,
): Warning | undefined => {
  if (action === 'cancel' || isOver(after)) return undefined;
  if (nature === 'discharge') return foldWarnings.dischargeWithoutEffect;
  return isOver(before) ? foldWarnings.visitReopened : undefined;
};
