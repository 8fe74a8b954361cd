import type { Json, JsonObject } from '#domain';
import type { Edits } from '../mapping/edits.js';
import { coding, concept } from '../mapping/fhir-json.js';
import {
  asAddress,
  asIdentifier,
  asText,
  asTime,
  carried,
  codedIn,
  conceptMember,
  type FieldRule,
  ownExtension,
} from '../mapping/field-rules.js';
import { identifierOf } from '../mapping/identifier.js';
import type { Mapping } from '../mapping/mapping.js';
import { practitionerOf } from '../mapping/practitioner.js';
import type { Segment } from '../message/segment.js';
import { table } from '../message/table.js';

const v2Table = (number: string): string => `http://terminology.hl7.org/CodeSystem/v2-${number}`;
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

export const classOf = (pv1: Segment, mapping: Mapping): JsonObject | undefined => {
  const code = pv1.text(2);
  if (code === '') return undefined;
  const value = classes[code];
  if (value === undefined) mapping.warn('code-unknown', 'PV1-2');
  return value ? coding('http://terminology.hl7.org/CodeSystem/v3-ActCode', value) : undefined;
};

const participantFields: readonly (readonly [number, string])[] = [
  [7, 'ATND'],
  [8, 'REF'],
  [9, 'CON'],
  [17, 'ADM'],
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

/** A facility and a date (DLD), or a facility alone. */
const place = (field: number, url: string, what: string): FieldRule => carried('PV1', field, url, asText, what);

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
  carried('PV1', 16, ownExtension('vip'), codedIn(v2Table('0099')), 'VIP: access is restricted'),
  {
    ...conceptMember(36, 'hospitalization.dischargeDisposition', v2Table('0112'), 'discharge disposition'),
    atDischarge: true,
  },
  { ...place(37, ownExtension('discharged-to'), 'facility discharged to'), atDischarge: true },
];

/** In France the legal mode of psychiatric care (obsolete since ZFS), elsewhere the reason of the admission. */
const admitReason = (pv2: Segment, edits: Edits, mapping: Mapping): void => {
  const url = ownExtension('legal-care');
  const value = pv2.first(3);
  const [code = '', text = ''] = [value?.text(1), value?.text(2)];
  if (pv2.isNull(3)) {
    if (mapping.isFrench) edits.drop('extension', url);
    else edits.clear('reasonCode');
  }
  if (code === '' && text === '') return;
  if (mapping.isFrench) edits.extend({ url, valueCoding: coding(frenchTable('ZFS-6'), code || text, text) });
  else
    edits.set('reasonCode', [
      { ...(code !== '' && { coding: [coding(undefined, code)] }), ...(text !== '' && { text }) },
    ]);
};

/** Of one who is on leave: his return ends it. */
export const expectedReturnUrl = ownExtension('expected-return');

export const pv2Fields: readonly FieldRule[] = [
  {
    fields: [3],
    becomes: `France: extension \`${ownExtension('legal-care')}\`; elsewhere \`reasonCode\``,
    read: admitReason,
  },
  carried('PV2', 8, ownExtension('expected-admission'), asTime, 'expected admission'),
  carried('PV2', 9, ownExtension('expected-discharge'), asTime, 'expected discharge'),
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
