import { adtFamilies } from './adt/adt.js';
import { scopeLetters } from './adt/movement-scope.js';
import { requiredFields } from './adt/profile.js';
import { triggers } from './adt/triggers.js';
import { visitNumberPlaces } from './adt/visit.js';
import { pv1Fields, pv2Fields, zfmFields, zfvFields } from './adt/visit-fields.js';
import { requiredOfMsh } from './check-head.js';
import { al1Fields } from './clinical/allergies.js';
import { in1Fields } from './clinical/coverages.js';
import { dg1Fields } from './clinical/diagnoses.js';
import { rolFields } from './clinical/roles.js';
import { refusals, warnings } from './findings.js';
import { forbidden, unused } from './forbidden-fields.js';
import { nk1Fields } from './mapping/contacts.js';
import { pidFields } from './mapping/patient-fields.js';
import { personSegments } from './mapping/person-edits.js';
import { spaced, limits, limitWords } from './message/survey.js';
import { messageFamilies, notTaken, notTakenWhen } from './represented/not-taken.js';
import { resultsConformance } from './oru/conformance.js';

/** Fields of a segment and what becomes of them. */
export interface FieldConformance {
  readonly fields: readonly number[];
  readonly becomes: string;
  readonly atDischarge?: true;
}

export interface SegmentConformance {
  readonly name: string;
  /** The FHIR resource that it tells of. */
  readonly of: string;
  readonly fields: readonly FieldConformance[];
}

const identifying: readonly FieldConformance[] = [
  {
    fields: [3],
    becomes:
      'where a movement puts the patient, or where he is as long as no movement says it: `location` of the movement and the visit, and a Location',
  },
  {
    fields: [19, 50],
    becomes: `the visit's number, \`identifier\`: the first of ${visitNumberPlaces.join(', ')}, or where the sender's setting says`,
  },
  { fields: [42], becomes: 'the place of a transfer or admission that is announced' },
  {
    fields: [44],
    becomes: 'time of admission in messages without ZBE; `period.start` of a visit whose admission was never told',
  },
  {
    fields: [45],
    becomes: 'time of discharge in messages without ZBE; `period.end` of a visit of which no movement was told',
  },
];

/** Read where ZBE is there; without it the trigger and EVN tell of the movement. */
const zbeFields: readonly FieldConformance[] = [
  {
    fields: [1],
    becomes:
      'the movement, one for each repetition: `identifier` and key, within its authority or (setting) within the visit',
  },
  { fields: [2], becomes: '`period.start` of the movement' },
  { fields: [3], becomes: 'extension `urn:reprise:told-end`; the end of a movement is the start of the next' },
  { fields: [4], becomes: 'INSERT, UPDATE, CANCEL; against a trigger that can only cancel: cancelled, with a warning' },
  { fields: [5], becomes: 'checked, of no effect: a movement falls into place by its time' },
  { fields: [6], becomes: 'what kind of movement is updated or cancelled; decides what A06, A07 and Z99 mean' },
  { fields: [7], becomes: '`serviceProvider` of the movement: medical ward' },
  { fields: [8], becomes: 'extension `urn:reprise:nursing-unit` of the movement: nursing ward' },
  { fields: [9], becomes: 'which of the wards the movement may say' },
];

/**
 * What becomes of ADT, as data: the tables that the mapping runs. What tells which visit and which movement is read by code, and
 * described here beside it.
 */
export const conformance = {
  triggers: Object.entries(triggers).flatMap(([trigger, meaning]) => (meaning ? [{ trigger, ...meaning }] : [])),
  segments: [
    {
      name: 'PID',
      of: 'Patient',
      fields: [...pidFields, { fields: [18], becomes: 'account of the visit, `Encounter.account`' }],
    },
    { name: 'NK1', of: 'Patient', fields: nk1Fields },
    { name: 'PV1', of: 'Encounter', fields: [...pv1Fields, ...identifying] },
    { name: 'PV2', of: 'Encounter', fields: pv2Fields },
    { name: 'ROL', of: 'Encounter or Patient', fields: rolFields },
    { name: 'AL1', of: 'AllergyIntolerance', fields: al1Fields },
    { name: 'DG1', of: 'Condition', fields: dg1Fields },
    { name: 'IN1', of: 'Coverage', fields: in1Fields },
    { name: 'ZBE', of: 'Encounter', fields: zbeFields },
    { name: 'ZFM', of: 'Encounter', fields: zfmFields },
    { name: 'ZFV', of: 'Encounter', fields: zfvFields },
    ...personSegments.map(([name, fields]) => ({ name, of: 'Patient', fields })),
  ] satisfies readonly SegmentConformance[],
} as const;

const mshFields = requiredOfMsh.map((field) => `MSH-${field}`).join(', ');

const cell = (text: string): string => text.replaceAll('|', '\\|');
const row = (...cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;
const rows = (head: readonly string[], body: readonly (readonly string[])[]): readonly string[] => [
  row(...head),
  `|${head.map(() => '---').join('|')}|`,
  ...body.map((cells) => row(...cells)),
];

const triggerRows = conformance.triggers.map(({ trigger, event, family, movement, needsZbe, notFrench }) => [
  trigger,
  event,
  notFrench ? '' : 'yes',
  movement ? `${movement.action} ${movement.nature}` : needsZbe ? 'by ZBE alone' : '',
  adtFamilies[family].becomes,
]);

const segmentLines = ({ name, of, fields }: SegmentConformance): readonly string[] => [
  `### ${name}: ${of}`,
  '',
  ...rows(
    ['field', 'becomes'],
    fields
      .toSorted((a, b) => (a.fields[0] ?? 0) - (b.fields[0] ?? 0))
      .map((one) => [
        one.fields.map((field) => `${name}-${field}`).join(', '),
        `${one.becomes}${one.atDischarge ? ' (with a discharge, or with no movement)' : ''}`,
      ]),
  ),
  '',
];

const codesOf = (name: string, codes: Readonly<Record<string, string>>): readonly string[] => [
  `### ${name}`,
  '',
  ...rows(['code', 'FHIR'], Object.entries(codes)),
  '',
];

const {
  resultTriggers,
  documentTriggers,
  valueTypes,
  documentTypes,
  observationStatuses,
  reportStatuses,
  completionStatuses,
  confidentialityStatuses,
  availabilityStatuses,
  segments: resultSegments,
} = resultsConformance;

const resultsSection: readonly string[] = [
  '## Results and documents (ORU, MDM)',
  '',
  `ORU: ${resultTriggers.join(', ')}. Types of value in OBX-2: ${valueTypes.join(', ')}; documents: ${documentTypes.join(', ')}.`,
  'PID gives defaults only: a laboratory does not correct an identity.',
  '',
  ...rows(
    ['MDM', 'tells of a document', 'content'],
    Object.entries(documentTriggers).map(([trigger, { does, hasContent }]) => [
      trigger,
      does,
      hasContent ? 'in OBX' : '',
    ]),
  ),
  '',
  'What tells of a status or an edit, or brings no content, changes what it says and leaves the rest, content and type included. A',
  'document that was never told stands with a content that is not known. T11, and TXA-19 = CA, withdraw it: entered in error, without content.',
  '',
  ...resultSegments.flatMap(segmentLines),
  ...codesOf('OBX-11: status of an Observation', observationStatuses),
  ...codesOf('OBR-25: status of a DiagnosticReport', reportStatuses),
  ...codesOf('TXA-17: `docStatus`', completionStatuses),
  ...codesOf('TXA-18: `securityLabel`', confidentialityStatuses),
  ...codesOf('TXA-19: `status`', availabilityStatuses),
];

/** Markdown of docs/conformance.md. */
export const conformanceDocument = (): string =>
  [
    '# What becomes of HL7 v2 messages',
    '',
    'Printed from the tables that the mapping itself runs (`libs/hl7v2/src/conformance.ts`); a test fails where this page and they',
    'differ. Whatever is received is kept in the received bytes; what of it no record shows is said (*Not taken*).',
    '',
    '## ADT: triggers',
    '',
    'IHE PAM France 2.11 (ITI-30, ITI-31) first, and what HL7 v2.2 to v2.6 has beside it. Any other trigger is accepted, recorded with',
    'its bytes, and mapped to nothing (`unmapped`).',
    '',
    ...rows(['trigger', 'event', 'France', 'movement', 'what becomes of it'], triggerRows),
    '',
    '## ADT: segments and fields',
    '',
    'An empty field says nothing. `""` deletes: the whole field, or one repetition where the repetition says which',
    '(`""^^^X^INS`). A field that is sent replaces all its repetitions.',
    '',
    ...conformance.segments.flatMap(segmentLines),
    '### Lists: AL1, DG1, IN1 and OBX',
    '',
    'The allergies and coverages of a patient, the diagnoses and observations of a visit (of the patient where the message names none). Those',
    'that a message names are all that its sender knows: what it told before and does not tell now is removed. Without such a segment',
    'the list stays as it stands, and another sender’s list always does. An OBX becomes an Observation as in ORU (below); without OBX-14 it was',
    'observed at EVN-6, else EVN-2; OBX-11 = D or W: there is none. The visit’s ROL stand behind PV1 or PV2, the patient’s behind PID.',
    '',
    '### ZBE-9',
    '',
    'Wards that a movement does not change may stand in its message as they were; only those that its letters name are taken.',
    'Empty, C alone or unknown: all of them.',
    '',
    ...rows(['letter', 'changes'], Object.entries(scopeLetters)),
    '',
    ...resultsSection,
    '## Not taken',
    '',
    'Whatever a mapped message holds is shown by a record, or a warning names its place (`not-represented`, and the warnings below that',
    'say `left out`), or it stands here. A name without a field is a segment (`MSH`) or, of two letters or of a composite, a data type:',
    '`XCN-14` is the fourteenth component wherever an XCN stands. The received bytes keep all of it.',
    '',
    ...rows(
      ['place', 'of', 'why'],
      [
        ...notTaken.map(({ place, of = messageFamilies, reason }) => [
          place,
          of.length === messageFamilies.length ? 'all' : of.join(', '),
          reason,
        ]),
        ...Object.values(notTakenWhen).flatMap(({ place, when, reason }) =>
          place.split(', ').map((one) => [one, when, reason]),
        ),
      ],
    ),
    '',
    '## Fields that are blanked before the message is recorded',
    '',
    ...rows(
      ['field', 'of'],
      [
        ...Object.entries(forbidden).flatMap(([name, fields]) =>
          fields.map((field) => [`${name}-${field}`, 'every message (`field-forbidden`)']),
        ),
        ...unused.map((field) => [`PID-${field}`, 'messages under IHE PAM France (`field-unused`)']),
      ],
    ),
    '',
    'PID-2 stays where PID-3 names nobody.',
    '',
    '## Required under IHE PAM France',
    '',
    'Missing is a warning (`segment-missing`, `field-missing`), and a refusal of a sender whose strictness is `strict`.',
    '',
    ...rows(
      ['segment', 'fields', 'of'],
      requiredFields.map(([name, fields, of]) => [
        name,
        fields.map((field) => `${name}-${field}`).join(', '),
        of === 'visit' ? 'messages about a visit' : 'all',
      ]),
    ),
    '',
    `ZBE-6 as well, where ZBE-4 is UPDATE or CANCEL. Of any message, French or not: ${mshFields}; without a readable MSH-9 or`,
    'without MSH-10 it is refused whatever the strictness, and so are ADT, ORU and MDM without a trigger.',
    '',
    '## What one message may hold',
    '',
    'More is refused (AE, ERR-3 207) before it is recorded, with the place in ERR-2: it would hold up all other senders. The journal keeps',
    'the beginning. Documents are bounded by the frame alone (20 MB).',
    '',
    ...rows(
      ['of', 'at most'],
      Object.entries(limits).map(([limit, most]) => [limitWords[limit as keyof typeof limits].en, spaced(most)]),
    ),
    '',
    '## Warnings',
    '',
    'With a code of HL7 table 0357: refused under it where the strictness of the sender is `strict`. *left out*: no record shows what',
    'stands at its place.',
    '',
    ...rows(
      ['code', 'means', 'strict', 'left out'],
      Object.entries(warnings).map(([code, text]) => [
        code,
        text.en,
        'strict' in text ? text.strict : '',
        'leavesOut' in text ? 'yes' : '',
      ]),
    ),
    '',
    '## Refusals',
    '',
    ...rows(
      ['code', 'means', 'table 0357'],
      Object.entries(refusals).map(([code, text]) => [code, text.en, text.code]),
    ),
    '',
  ].join('\n');
