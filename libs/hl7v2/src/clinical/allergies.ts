import type { Collection, JsonObject, RecordKey } from '#domain';
import { codeKey, conceptOf, unknownCode } from '../mapping/codes.js';
import { concept, members, ownExtension } from '../mapping/fhir-json.js';
import type { Mapping } from '../mapping/mapping.js';
import type { Composite } from '../message/segment.js';
import { table } from '../message/table.js';
import { present } from '../oru/present.js';
import { collectionOf, conceptExtension, membersBy, type ResourceRule, wordFor } from './resource-rules.js';

/** HL7 table 0127 as FHIR's category; empty where FHIR has none. */
const categories = table<string>({
  AA: 'environment',
  DA: 'medication',
  EA: 'environment',
  FA: 'food',
  LA: 'environment',
  MA: '',
  MC: '',
  PA: 'environment',
});

/** HL7 table 0128. */
const severities = table<string>({ MI: 'mild', MO: 'moderate', SV: 'severe', U: '' });

/** AL1-5 is text by its type (ST); some send a code. */
const manifestationOf = (reaction: Composite, mapping: Mapping): JsonObject | undefined => {
  if (reaction.isNull) return undefined;
  if (reaction.component(2) !== '' || reaction.component(3) !== '') return conceptOf(reaction, mapping);
  const text = reaction.takeWhole().trim();
  return text === '' ? undefined : { text };
};

/** AL1 (HL7 v2.5, section 3.4.6). */
export const al1Fields: readonly ResourceRule[] = [
  {
    fields: [2],
    becomes: `\`category\`, and as it was sent extension \`${ownExtension('allergen-type')}\``,
    read: (al1, { mapping, place }) => {
      const type = al1.first(2);
      const category = wordFor(categories, type, `${place}-2`, mapping);
      return {
        category: category === undefined ? undefined : [category],
        extension: conceptExtension(ownExtension('allergen-type'), type, '0127', mapping),
      };
    },
  },
  {
    fields: [3],
    becomes: '`code`; with the patient the key. `""`, and nothing else: there are none',
    read: (al1, { mapping }) => {
      const allergen = al1.first(3);
      return { code: allergen && conceptOf(allergen, mapping) };
    },
  },
  {
    fields: [4, 5],
    becomes: `\`reaction\`: its manifestations and severity; the severity as it was sent in extension \`${ownExtension('allergy-severity')}\``,
    read: (al1, { mapping, place }) => {
      const severity = al1.first(4);
      const word = wordFor(severities, severity, `${place}-4`, mapping);
      const manifestation = present(al1.repetitions(5).map((reaction) => manifestationOf(reaction, mapping)));
      const told = word !== undefined || manifestation.length > 0;
      return {
        extension: conceptExtension(ownExtension('allergy-severity'), severity, '0128', mapping),
        reaction: told
          ? [members({ manifestation: manifestation.length > 0 ? manifestation : [unknownCode], severity: word })]
          : undefined,
      };
    },
  },
  {
    fields: [6],
    becomes: '`onsetDateTime`: when it was identified',
    read: (al1, { mapping, place }) => ({ onsetDateTime: mapping.takeTime(al1.first(6), `${place}-6`)?.text }),
  },
];

const clinicalStatus = concept('http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical', 'active');

/** The allergies of a patient. */
export const allergies = (patient: RecordKey, mapping: Mapping): Collection | undefined =>
  collectionOf(
    {
      owner: patient,
      patient,
      name: 'allergies',
      type: 'AllergyIntolerance',
      kind: 'allergy',
      form: { name: 'AL1', naming: 3, keyOf: (al1) => codeKey(al1.first(3)) },
    },
    mapping,
    (al1, within) => ({
      clinicalStatus,
      patient: { reference: patient },
      ...membersBy(al1Fields, al1, within),
    }),
  );
