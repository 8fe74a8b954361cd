import type { Collection, Json, JsonObject, RecordKey } from '#domain';
import { authorityOfEntity, domainOf } from '../mapping/authority.js';
import { codeKey, codeSystemOf, conceptOf, v2Table } from '../mapping/codes.js';
import { coding, concept, ownExtension } from '../mapping/fhir-json.js';
import type { Mapping } from '../mapping/mapping.js';
import { originalCode } from '../mapping/original-code.js';
import { practitionerOf } from '../mapping/practitioner.js';
import type { VisitReference } from '../oru/patient-visit.js';
import type { Segment } from '../message/segment.js';
import { table } from '../message/table.js';
import { present } from '../oru/present.js';
import {
  actionRule,
  collectionOf,
  conceptExtension,
  entityIdentifier,
  membersBy,
  type ResourceRule,
  type Within,
  wordFor,
} from './resource-rules.js';

/** HL7 table 0052: how sure a diagnosis is; that it led to the admission says nothing of that. */
const certainties = table<string>({ A: '', F: 'confirmed', W: 'provisional' });

/** HL7 table 0136 as FHIR's confidentiality: restricted, or as usual. */
const confidentialities = table<string>({ N: 'N', Y: 'R' });

const verificationSystem = 'http://terminology.hl7.org/CodeSystem/condition-ver-status';
const confidentialitySystem = 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality';
const assertedUrl = 'http://hl7.org/fhir/StructureDefinition/condition-assertedDate';

/** The code as DG1-3 says it, described by DG1-4; DG1-2 names the coding system where DG1-3 names none. */
const codeOf = (dg1: Segment, { mapping }: Within): { readonly code?: Json; readonly note?: Json } => {
  const told = dg1.first(3);
  const needsSystem = told !== undefined && told.text(1) !== '' && told.text(3) === '';
  const method = needsSystem ? codeSystemOf(dg1.take(2), mapping) : undefined;
  const code = told && conceptOf(told, mapping, method);
  const description = dg1.first(4)?.takeWhole().trim() ?? '';
  if (description === '' || code?.['text'] === description) return code ? { code } : {};
  // What DG1-3 says in words stands with its codes; where it has none, or says the original text, both must be seen.
  const isFree = code === undefined || (code['coding'] !== undefined && told?.text(9) === '');
  return isFree ? { code: { ...code, text: description } } : { code, note: [{ text: description }] };
};

const timeExtension = (dg1: Segment, field: number, url: string, { mapping, place }: Within): readonly JsonObject[] => {
  const time = mapping.takeTime(dg1.first(field), `${place}-${field}`);
  return time ? [{ url, valueDateTime: time.text }] : [];
};

const categoryIn =
  (field: number, tableNumber: string): ResourceRule['read'] =>
  (dg1, { mapping }) => {
    const value = dg1.first(field);
    const category = value && conceptOf(value, mapping, v2Table(tableNumber));
    return { category: category ? [category] : undefined };
  };

const rankOf = (dg1: Segment): JsonObject | undefined => {
  const rank = dg1.take(15);
  if (rank === '') return undefined;
  const url = ownExtension('diagnosis-rank');
  return /^\d{1,6}$/.test(rank) ? { url, valueInteger: Number(rank) } : { url, valueString: rank };
};

/** DG1 (HL7 v2.5, section 6.5.2; 22 and 26 of v2.8). */
export const dg1Fields: readonly ResourceRule[] = [
  {
    fields: [2, 3, 4],
    becomes:
      '`code`: DG1-3, in the coding system of DG1-2 where it names none, with the text of DG1-4, or `note`; key where DG1-20 is empty. `""` in DG1-3, and nothing else: there are none',
    read: codeOf,
  },
  {
    fields: [5],
    becomes: 'extension `condition-assertedDate`: when it was made',
    read: (dg1, within) => ({ extension: timeExtension(dg1, 5, assertedUrl, within) }),
  },
  {
    fields: [6],
    becomes: '`category`, and `verificationStatus` of F and W',
    read: (dg1, within) => {
      const { mapping, place } = within;
      const word = wordFor(certainties, dg1.first(6), `${place}-6`, mapping);
      return {
        ...categoryIn(6, '0052')(dg1, within),
        verificationStatus: word === undefined ? undefined : concept(verificationSystem, word),
      };
    },
  },
  {
    fields: [15],
    becomes: `extension \`${ownExtension('diagnosis-rank')}\`: 1 is the main diagnosis`,
    read: (dg1) => {
      const rank = rankOf(dg1);
      return { extension: rank && [rank] };
    },
  },
  {
    fields: [16],
    becomes: `\`asserter\`, by identifier and name; further ones in extension \`${ownExtension('further-asserter')}\``,
    read: (dg1, { mapping }) => {
      const [asserter, ...others] = present(dg1.repetitions(16).map((person) => practitionerOf(person, mapping)));
      const url = ownExtension('further-asserter');
      return { asserter, extension: others.map((valueReference) => ({ url, valueReference })) };
    },
  },
  { fields: [17], becomes: '`category`', read: categoryIn(17, '0228') },
  {
    fields: [18],
    becomes: '`meta.security`: restricted (Y) or normal (N)',
    read: (dg1, { mapping, place }) => {
      const word = wordFor(confidentialities, dg1.first(18), `${place}-18`, mapping);
      const code = dg1.take(18);
      if (word === undefined) return { extension: code === '' ? undefined : [originalCode('0136', code)] };
      return { meta: { security: [coding(confidentialitySystem, word)] } };
    },
  },
  {
    fields: [19],
    becomes: `extension \`${ownExtension('diagnosis-attested')}\`: when it was attested`,
    read: (dg1, within) => ({ extension: timeExtension(dg1, 19, ownExtension('diagnosis-attested'), within) }),
  },
  {
    fields: [20],
    becomes: '`identifier`; with the visit, or the patient, the key',
    read: (dg1, { mapping }) => {
      const identifier = entityIdentifier(dg1.first(20), mapping);
      return { identifier: identifier && [identifier] };
    },
  },
  actionRule(21, 'diagnosis'),
  {
    fields: [22],
    becomes: `extension \`${ownExtension('parent-diagnosis')}\``,
    read: (dg1, { mapping }) => {
      const valueIdentifier = entityIdentifier(dg1.first(22), mapping);
      return { extension: valueIdentifier && [{ url: ownExtension('parent-diagnosis'), valueIdentifier }] };
    },
  },
  {
    fields: [26],
    becomes: `extension \`${ownExtension('present-on-admission')}\``,
    read: (dg1, { mapping }) => ({
      extension: conceptExtension(ownExtension('present-on-admission'), dg1.first(26), '0895', mapping),
    }),
  },
];

const keyOf = (dg1: Segment, mapping: Mapping): string => {
  const entity = dg1.first(20);
  if (entity !== undefined && entity.text(1) !== '')
    return `identifier ${domainOf(authorityOfEntity(entity), mapping)} ${entity.text(1)}`;
  return `${codeKey(dg1.first(3)) || dg1.text(4)}|${dg1.text(6)}`;
};

const visitCategory: readonly JsonObject[] = [
  concept('http://terminology.hl7.org/CodeSystem/condition-category', 'encounter-diagnosis'),
];

/** The diagnoses of a visit, of the patient where the message names none. */
export const diagnoses = (
  patient: RecordKey,
  encounter: VisitReference | undefined,
  mapping: Mapping,
): Collection | undefined =>
  collectionOf(
    {
      owner: encounter?.reference ?? patient,
      patient,
      name: 'conditions',
      type: 'Condition',
      kind: 'condition',
      form: { name: 'DG1', naming: 3, action: 21, keyOf: (dg1) => keyOf(dg1, mapping) },
    },
    mapping,
    (dg1, within) => {
      const { category, ...rest } = membersBy(dg1Fields, dg1, within);
      const told = (category as readonly Json[] | undefined) ?? [];
      return {
        ...rest,
        category: [...(encounter ? visitCategory : []), ...told],
        subject: { reference: patient },
        encounter,
      };
    },
  );
