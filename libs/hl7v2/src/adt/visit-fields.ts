import type { Json, JsonObject } from '#domain';
import { conceptOf, v2Table } from '../mapping/codes.js';
import type { Edits } from '../mapping/edits.js';
import { coding, concept, ownExtension } from '../mapping/fhir-json.js';
import {
  asAddress,
  asConcept,
  asDate,
  asFlag,
  asIdentifier,
  asNumber,
  asOrganization,
  asProfessional,
  asText,
  asTime,
  carried,
  codedIn,
  conceptMember,
  type FieldRule,
  type Value,
} from '../mapping/field-rules.js';
import { identifierOf } from '../mapping/identifier.js';
import type { Mapping } from '../mapping/mapping.js';
import { practitionerOf } from '../mapping/practitioner.js';
import type { Segment } from '../message/segment.js';
import { table } from '../message/table.js';

const frenchTable = (name: string): string => `urn:reprise:ihe-france:${name}`;

/** HL7 table 0004 in the words of FHIR; empty where FHIR has no word. V (France) is a visit from afar. */
const classes = table<string>({
  E: 'EMER',
  I: 'IMP',
  B: 'IMP',
  O: 'AMB',
  R: 'AMB',
  P: 'PRENC',
  V: 'VR',
  C: '',
  U: '',
});

/** A code that FHIR has no word for stays a code of HL7 v2; one of no table with a warning. */
export const classOf = (pv1: Segment, mapping: Mapping): JsonObject | undefined => {
  const code = pv1.take(2);
  if (code === '') return undefined;
  const value = classes[code];
  if (value === undefined) mapping.warn('code-unknown', 'PV1-2');
  return value ? coding('http://terminology.hl7.org/CodeSystem/v3-ActCode', value) : coding(v2Table('0004'), code);
};

const participantFields: readonly (readonly [number, string])[] = [
  [7, 'ATND'],
  [8, 'REF'],
  [9, 'CON'],
  [17, 'ADM'],
  [52, 'PART'],
];

const personsOf = (pv1: Segment, field: number, code: string, mapping: Mapping): readonly Json[] =>
  pv1.repetitions(field).flatMap((person) => {
    const individual = practitionerOf(person, mapping);
    const type = [concept('http://terminology.hl7.org/CodeSystem/v3-ParticipationType', code)];
    return individual ? [{ type, individual }] : [];
  });

/** Each field has the say of its own part of the list: one that is empty leaves what it said before. */
export const participantRules: readonly FieldRule[] = participantFields.map(([field, code]) => ({
  fields: [field],
  becomes: `\`participant\` (${code}), by identifier and name`,
  read: (pv1, edits, mapping) => edits.setAll(`participant#${field}`, personsOf(pv1, field, code, mapping)),
}));

/** Fields in extensions of their own, by field: name, value, and what it is for people. */
type Carried = readonly (readonly [number, string, Value, string])[];

const carriedAll = (segment: string, fields: Carried): readonly FieldRule[] =>
  fields.map(([field, name, value, what]) => carried(segment, field, ownExtension(name), value, what));

/** What PV1 says of a visit that FHIR has no member for. */
const pv1Extensions: Carried = [
  [6, 'prior-location', asText, 'place before'],
  [11, 'temporary-location', asText, 'temporary place'],
  [12, 'preadmission-test', asConcept(v2Table('0087')), 'test before admission'],
  [15, 'ambulatory-status', asConcept(v2Table('0009')), 'ambulatory status'],
  [16, 'vip', codedIn(v2Table('0099')), 'VIP: access is restricted'],
  [18, 'patient-type', asConcept(v2Table('0018')), 'type of patient'],
  [20, 'financial-class', asText, 'financial class'],
  [39, 'servicing-facility', asConcept(v2Table('0115')), 'facility that serves'],
  [40, 'bed-status', codedIn(v2Table('0116')), 'state of the bed'],
  [43, 'prior-temporary-location', asText, 'temporary place before'],
];

/** Fields of PV1 that the visit's Encounter says, whatever the movement; its place and number are read apart. */
export const pv1Fields: readonly FieldRule[] = [
  {
    fields: [2],
    becomes: '`class`; N tells of no visit',
    read: (pv1, edits, mapping) => {
      const visitClass = classOf(pv1, mapping);
      if (visitClass) edits.set('class', visitClass);
      else if (pv1.isNull(2)) edits.clear('class');
    },
  },
  conceptMember(4, 'type', v2Table('0007'), 'admission type', 'list'),
  {
    fields: [5],
    becomes: '`hospitalization.preAdmissionIdentifier`',
    read: (pv1, edits, mapping) => {
      const number = pv1.first(5);
      if (pv1.isNull(5)) edits.clear('hospitalization.preAdmissionIdentifier');
      else if (number && number.text(1) !== '')
        edits.set('hospitalization.preAdmissionIdentifier', identifierOf(number, mapping, 'PV1-5'));
    },
  },
  ...participantRules,
  conceptMember(10, 'serviceType', v2Table('0069'), 'hospital service'),
  conceptMember(13, 'hospitalization.reAdmission', v2Table('0092'), 're-admission'),
  conceptMember(14, 'hospitalization.admitSource', v2Table('0023'), 'admit source'),
  ...carriedAll('PV1', pv1Extensions),
  conceptMember(38, 'hospitalization.dietPreference', v2Table('0114'), 'diet', 'list'),
  {
    ...conceptMember(36, 'hospitalization.dischargeDisposition', v2Table('0112'), 'discharge disposition'),
    atDischarge: true,
  },
  { ...carried('PV1', 37, ownExtension('discharged-to'), asText, 'facility discharged to'), atDischarge: true },
];

/** A mode of legal care is a short code (`SDT`, `SDREP`, `SPPI`); anything else is a reason in words. */
const legalMode = /^[A-Z0-9]{1,8}$/;

/** In France the legal mode of psychiatric care (obsolete since ZFS), elsewhere the reason of the admission. */
const admitReason = (pv2: Segment, edits: Edits, mapping: Mapping): void => {
  const url = ownExtension('legal-care');
  const value = pv2.first(3);
  if (pv2.isNull(3)) {
    if (mapping.isFrench) edits.drop('extension', url);
    else edits.clear('reasonCode');
  }
  if (value === undefined || (value.text(1) === '' && value.text(2) === '')) return;
  if (mapping.isFrench && legalMode.test(value.text(1))) {
    const [code, text] = [value.take(1), value.take(2)];
    edits.extend({ url, valueCoding: coding(frenchTable('ZFS-6'), code, text) });
  } else {
    const reason = conceptOf(value, mapping);
    if (reason) edits.set('reasonCode', [reason]);
  }
};

/** Of one who is on leave: his return ends it. */
export const expectedReturnUrl = ownExtension('expected-return');

/** What PV2 says of a visit that FHIR has no member for. */
const pv2Extensions: Carried = [
  [1, 'prior-pending-location', asText, 'place that was announced before'],
  [2, 'accommodation', asConcept(v2Table('0129')), 'accommodation'],
  [4, 'transfer-reason', asConcept(), 'reason of the transfer'],
  [5, 'valuables', asText, 'valuables of the patient'],
  [6, 'valuables-location', asText, 'where the valuables are'],
  [7, 'visit-user-code', asConcept(v2Table('0130')), 'how the visit is made'],
  [8, 'expected-admission', asTime, 'expected admission'],
  [9, 'expected-discharge', asTime, 'expected discharge'],
  [10, 'estimated-days', asNumber, 'estimated length of stay, days'],
  [11, 'actual-days', asNumber, 'length of stay, days'],
  [12, 'visit-description', asText, 'description of the visit'],
  [13, 'referral-source', asProfessional, 'who referred the patient'],
  [14, 'previous-service-date', asDate, 'date of the former treatment'],
  [15, 'employment-related', asFlag, 'illness of employment'],
  [18, 'special-program', asConcept(v2Table('0214')), 'special programme'],
  [21, 'visit-publicity', asConcept(v2Table('0215')), 'publicity code'],
  [22, 'visit-protected', asFlag, 'protection indicator'],
  [23, 'clinic', asOrganization, 'clinic'],
  [24, 'patient-status', asConcept(v2Table('0216')), 'status of the patient'],
  [26, 'previous-treatment-date', asDate, 'date of the former visit'],
  [27, 'expected-discharge-disposition', asConcept(v2Table('0112')), 'expected discharge disposition'],
  [29, 'first-similar-illness', asDate, 'date of the first similar illness'],
  [31, 'recurring-service', asConcept(v2Table('0219')), 'recurring service'],
  [33, 'expected-surgery', asTime, 'expected surgery'],
  [36, 'newborn', asFlag, 'newborn'],
  [37, 'baby-detained', asFlag, 'the baby stays'],
  [39, 'recreational-drugs', asConcept(v2Table('0431')), 'use of drugs'],
  [40, 'level-of-care', asConcept(v2Table('0432')), 'level of care at admission'],
  [41, 'precaution', asConcept(v2Table('0433')), 'precautions'],
  [42, 'patient-condition', asConcept(v2Table('0434')), 'condition of the patient'],
  [43, 'living-will', asConcept(v2Table('0315')), 'living will'],
  [44, 'organ-donor', asConcept(v2Table('0316')), 'organ donor'],
  [45, 'advance-directive', asConcept(v2Table('0435')), 'advance directives'],
  [46, 'patient-status-since', asDate, 'since when that status holds'],
  [48, 'expected-preadmission-testing', asTime, 'expected tests before admission'],
  [49, 'notify-clergy', asConcept(v2Table('0534')), 'whom to notify'],
];

export const pv2Fields: readonly FieldRule[] = [
  {
    fields: [3],
    becomes: `France, where it is a short code: extension \`${ownExtension('legal-care')}\`; elsewhere \`reasonCode\``,
    read: admitReason,
  },
  ...carriedAll('PV2', pv2Extensions),
  conceptMember(25, 'priority', v2Table('0217'), 'priority'),
  carried(
    'PV2',
    38,
    'http://hl7.org/fhir/StructureDefinition/encounter-modeOfArrival',
    codedIn(v2Table('0430')),
    'mode of arrival',
  ),
  carried('PV2', 47, expectedReturnUrl, asTime, 'expected return from leave'),
];

/** PMSI modes of entry and exit. */
export const zfmFields: readonly FieldRule[] = [
  carried('ZFM', 1, ownExtension('pmsi-entry-mode'), codedIn(frenchTable('ZFM-1')), 'PMSI mode of entry'),
  {
    ...carried('ZFM', 2, ownExtension('pmsi-exit-mode'), codedIn(frenchTable('ZFM-2')), 'PMSI mode of exit'),
    atDischarge: true,
  },
  carried('ZFM', 3, ownExtension('pmsi-origin'), codedIn(frenchTable('ZFM-3-4')), 'PMSI origin'),
  {
    ...carried('ZFM', 4, ownExtension('pmsi-destination'), codedIn(frenchTable('ZFM-3-4')), 'PMSI destination'),
    atDischarge: true,
  },
  carried('ZFM', 5, ownExtension('pmsi-emergency'), codedIn(frenchTable('ZFM-5')), 'passage through emergency'),
];

const otherFacilityAddresses: readonly (readonly [string, string])[] = [
  ['ORI', ownExtension('origin-address')],
  ['DST', ownExtension('destination-address')],
];

export const zfvFields: readonly FieldRule[] = [
  carried(
    'ZFV',
    1,
    ownExtension('origin-facility'),
    asText,
    'facility of origin, with the date of the last stay there',
  ),
  {
    ...carried('ZFV', 2, ownExtension('discharge-transport'), codedIn(v2Table('0430')), 'transport at discharge'),
    atDischarge: true,
  },
  carried('ZFV', 3, ownExtension('preadmission-type'), codedIn(frenchTable('ZFV-3')), 'type of pre-admission'),
  carried('ZFV', 4, ownExtension('placement-start'), asTime, 'start of psychiatric placement'),
  carried('ZFV', 5, ownExtension('placement-end'), asTime, 'end of psychiatric placement'),
  {
    fields: [6],
    becomes: `extensions ${otherFacilityAddresses.map(([, url]) => `\`${url}\``).join(', ')}: address of the other facility`,
    read: (zfv, edits, mapping) => {
      for (const address of zfv.repetitions(6))
        for (const [type, url] of otherFacilityAddresses)
          if (address.text(7) === type) {
            const value = address.isNull ? undefined : asAddress(address, mapping, 'ZFV-6');
            if (value) edits.extend({ url, ...value });
            else edits.drop('extension', url);
          }
    },
  },
  carried('ZFV', 7, ownExtension('origin-account'), asIdentifier, 'account number at the facility of origin'),
  {
    fields: [8],
    becomes: `extension \`${ownExtension('archive-numbers')}\``,
    read: (zfv, edits, mapping) => {
      const extension = zfv
        .repetitions(8)
        .filter((number) => number.text(1) !== '')
        .map((number) => ({ url: 'number', valueIdentifier: identifierOf(number, mapping, 'ZFV-8') }));
      if (extension.length > 0) edits.extend({ url: ownExtension('archive-numbers'), extension });
      else edits.drop('extension', ownExtension('archive-numbers'));
    },
  },
  {
    ...carried(
      'ZFV',
      9,
      ownExtension('own-exit-mode'),
      codedIn(frenchTable('ZFV-9')),
      "the establishment's own mode of exit",
    ),
    atDischarge: true,
  },
  carried('ZFV', 10, ownExtension('legal-care-rimp'), codedIn(frenchTable('ZFV-10')), 'RIM-P code of legal care'),
  carried('ZFV', 11, ownExtension('care-in-transport'), codedIn(frenchTable('ZFV-11')), 'care during transport'),
];
