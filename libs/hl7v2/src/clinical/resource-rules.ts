import { type Collection, type CollectionName, type Json, type JsonObject, type Member, RecordKey } from '#domain';
import { assignerOf, systemOf, takeAuthorityOfEntity } from '../mapping/authority.js';
import { conceptOf, v2Table } from '../mapping/codes.js';
import { bytesOf, hasValue, members } from '../mapping/fhir-json.js';
import { isSent } from '../mapping/field-rules.js';
import type { Mapping } from '../mapping/mapping.js';
import { originalCode } from '../mapping/original-code.js';
import type { Composite, Segment } from '../message/segment.js';
import { isAction, type ListForm, toldList, type ToldMember } from './told-list.js';

/** What a segment is read with: whose it is, and its name among its like (`AL1[2]`). */
export interface Within {
  readonly patient: RecordKey;
  readonly place: string;
  readonly mapping: Mapping;
}

type Members = Readonly<Record<string, Json | undefined>>;

/**
 * What becomes of some fields of a segment that tells of a resource of its own. The mapping runs these rules and reads nothing else, and
 * docs/conformance.md is printed from them. Lists of one name that several rules give are put together.
 */
export interface ResourceRule {
  readonly fields: readonly number[];
  readonly becomes: string;
  readonly read: (segment: Segment, within: Within) => Members;
}

export const placeOf = ({ name, sequence }: Segment): string => `${name}[${sequence}]`;

const joined = (known: Json | undefined, value: Json): Json =>
  Array.isArray(known) && Array.isArray(value) ? [...(known as Json[]), ...(value as Json[])] : value;

/** The members that the rules make of a segment. */
export const membersBy = (rules: readonly ResourceRule[], segment: Segment, within: Within): JsonObject => {
  const told: Record<string, Json> = {};
  for (const { fields, read } of rules) {
    if (!isSent(segment, fields)) continue;
    for (const [name, value] of Object.entries(read(segment, within)))
      if (hasValue(value)) told[name] = joined(told[name], value);
  }
  return told;
};

/** Record of a member: told apart within the list of a patient or a visit. */
export const recordWithin = (
  type: string,
  kind: string,
  owner: RecordKey,
  key: string,
  { context }: Mapping,
): RecordKey => RecordKey.of(type, context.idOf(kind, owner, key));

/** Of what a list is made: whose it is, the type of its records, and the kind of their ids. */
export interface ListOf {
  readonly owner: RecordKey;
  readonly patient: RecordKey;
  readonly name: CollectionName;
  readonly type: string;
  readonly kind: string;
  readonly form: ListForm;
}

/** MSH-3 as it stands: the list of each application behind one sender is its own. */
export const applicationOf = ({ head }: Mapping): string => head.sendingApplication.slice(0, 200);

/** The list that the message tells of, each record with the members that `contentOf` makes of its segment. */
export const collectionOf = (
  list: ListOf,
  mapping: Mapping,
  contentOf: (segment: Segment, within: Within) => Members,
): Collection | undefined => {
  const { owner, patient, name, type, kind, form } = list;
  const told = toldList(mapping, form);
  if (told === undefined) return undefined;
  const recordOf = (key: string): RecordKey => recordWithin(type, kind, owner, key, mapping);
  const memberOf = ({ segment, key }: ToldMember): Member => {
    const record = recordOf(key);
    const content = contentOf(segment, { patient, place: placeOf(segment), mapping });
    return { record, content: bytesOf(members({ resourceType: type, id: RecordKey.id(record), ...content })) };
  };
  const application = applicationOf(mapping);
  const whole = { kind: 'collection', owner, patient, name, application, members: told.members.map(memberOf) } as const;
  return told.removed ? { ...whole, removed: told.removed.map(recordOf) } : whole;
};

/** What a member is to be done with; a code that is none of the table's is kept as it was sent. */
export const actionRule = (field: number, what: string): ResourceRule => ({
  fields: [field],
  becomes: `A, U and X: this ${what} is added or changed; D: it is removed; the others stay as they stand`,
  read: (segment, { mapping, place }) => {
    const code = segment.take(field);
    if (code === '' || isAction(code)) return {};
    mapping.warn('code-unknown', `${place}-${field}`);
    return { extension: [originalCode('0206', code)] };
  },
});

/** A code in an extension of ours; of one that names no coding system its HL7 table is meant. */
export const conceptExtension = (
  url: string,
  value: Composite | undefined,
  table: string | undefined,
  mapping: Mapping,
): readonly JsonObject[] => {
  const valueCodeableConcept = value && conceptOf(value, mapping, table === undefined ? undefined : v2Table(table));
  return valueCodeableConcept ? [{ url, valueCodeableConcept }] : [];
};

/** The word that FHIR has for a code; one that its table does not have is said, and kept as it was sent by whoever asks. */
export const wordFor = (
  words: Readonly<Record<string, string | undefined>>,
  value: Composite | undefined,
  location: string,
  mapping: Mapping,
): string | undefined => {
  const code = value?.text(1).toUpperCase() ?? '';
  if (code === '') return undefined;
  const word = words[code];
  if (word === undefined) mapping.warn('code-unknown', location);
  return word === '' ? undefined : word;
};

/** FHIR Identifier of an EI. */
export const entityIdentifier = (entity: Composite | undefined, mapping: Mapping): JsonObject | undefined => {
  if (entity === undefined || entity.text(1) === '') return undefined;
  const authority = takeAuthorityOfEntity(entity);
  return members({
    system: systemOf(authority, mapping),
    value: entity.take(1),
    assigner: assignerOf(authority, mapping),
  });
};
