import type { Warning } from '../log-event.js';

/** What the fold says of a message: it names no place, because it is what the messages before it did not tell. */
const said = (code: string, text: string): Warning => ({ code, location: '', text });

export const foldWarnings = {
  cancelOfNothing: said(
    'cancel-of-nothing',
    'this cancels nothing that stands: no movement of its number or kind is known in the visit',
  ),
  numberReused: said(
    'movement-number-reused',
    'the number of this new movement was told of another visit of this patient: both stand; a sender that begins anew in each visit needs the setting hl7.movementNumber: visit',
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
  patientReplaced: said(
    'patient-replaced',
    'the number that this names was merged into another: what is said of the patient counts for the one that replaces it',
  ),
} as const;
