import type { Segment } from '../message/segment.js';

/** What brings a message to its changes: parts of the list hold for some of them only. */
export const messageFamilies = ['ADT', 'ORU', 'MDM'] as const;
export type MessageFamily = (typeof messageFamilies)[number];

/** Data types of which some components are not taken wherever they stand; one of these is what a reader of a field says that it is. */
export const dataTypes = ['CWE', 'CX', 'EI', 'HD', 'PL', 'TS', 'XAD', 'XCN', 'XON', 'XPN', 'XTN'] as const;
export type DataType = (typeof dataTypes)[number];

export interface NotTaken {
  /**
   * `PV1-6` a field, `OBX-6.3` a component, `IN2` a segment, `XCN-14` a component of a data type (`HD-3` of a component that is an HD),
   * `XCN-14 to XCN-23` several.
   */
  readonly place: string;
  /** For people: why no record shows it. */
  readonly reason: string;
  /** Messages of which it holds; without it, of all. */
  readonly of?: readonly MessageFamily[];
}

/**
 * The published list: what Reprise takes no part of. Everything else that a mapped message holds is shown by a record, or a warning
 * names its place. The check after each mapping reads this list, and `docs/conformance.md` (section *Not taken*) is printed from it.
 */
export const notTaken: readonly NotTaken[] = [
  { place: 'MSH', reason: 'the envelope of the message: kept with the event, of no record' },
  { place: 'SFT', reason: 'the software that wrote the message' },
  { place: 'GT1', reason: 'billing: who pays' },
  { place: 'IN2', reason: 'billing: what an insurer asks beside IN1' },
  { place: 'IN3', reason: 'billing: what an insurer has agreed to' },
  { place: 'UB1', reason: 'billing' },
  { place: 'UB2', reason: 'billing' },
  { place: 'DRG', reason: 'billing: the group of the stay' },
  { place: 'UAC', reason: 'credentials of who sent the message' },
  {
    place: 'EVN-1 to EVN-2',
    reason: 'the trigger, which MSH-9 tells, and when it was entered: the time `occurred` of the event without EVN-6',
  },
  { place: 'EVN-4 to EVN-5', reason: 'why and by whom it was entered: of the message, not of the patient' },
  { place: 'EVN-7', reason: 'where it was entered' },
  { place: 'PID-1', reason: 'number of the segment' },
  { place: 'PID-6.7', reason: "type of the mother's name, which the field says" },
  { place: 'PID-35 to PID-39', reason: 'of animals; citizenship of a tribe' },
  { place: 'PD1-16 to PD1-21', reason: 'registry of immunisation; military rank and station' },
  { place: 'NK1-1', reason: 'number of the segment' },
  { place: 'PV1-1', reason: 'number of the segment' },
  { place: 'PV1-21 to PV1-35', reason: 'billing' },
  { place: 'PV1-41', reason: 'billing: state of the account' },
  { place: 'PV1-46 to PV1-49', reason: 'billing: balances' },
  { place: 'PV1-51', reason: 'whether the message is about the visit or the account' },
  { place: 'PV1-53', reason: 'how the message came about (HL7 v2.7)' },
  { place: 'PV2-16 to PV2-17', reason: 'when the record may be deleted' },
  { place: 'PV2-19 to PV2-20', reason: 'when the record may be deleted; number of insurances' },
  { place: 'PV2-28', reason: 'billing: date of a signature' },
  { place: 'PV2-30', reason: 'billing' },
  { place: 'PV2-32', reason: 'billing' },
  { place: 'PV2-34 to PV2-35', reason: 'military care' },
  { place: 'ZBE-5', reason: 'whether the movement is a past one: it falls into place by its time' },
  { place: 'ZBE-9.2 to ZBE-9.9', reason: 'words of the letters' },
  { place: 'ZFS-1', reason: 'number of the segment' },
  { place: 'AL1-1', reason: 'number of the segment' },
  { place: 'DG1-1', reason: 'number of the segment' },
  { place: 'IN1-1', reason: 'number of the segment' },
  { place: 'DG1-2', reason: 'coding system of DG1-3, where DG1-3 names one itself' },
  { place: 'DG1-7 to DG1-14', reason: 'grouping for billing (withdrawn in HL7 v2.7)' },
  { place: 'DG1-23 to DG1-25', reason: 'grouping for billing' },
  { place: 'IN1-10 to IN1-11', reason: "the insured's employer" },
  { place: 'IN1-14', reason: 'authorization of the insurer, for billing' },
  { place: 'IN1-20 to IN1-21', reason: 'assignment and coordination of benefits, for billing' },
  { place: 'IN1-23 to IN1-34', reason: 'notices, verification and agreements of the insurer, for billing' },
  { place: 'IN1-37 to IN1-42', reason: "amounts and limits, and the insured's employment, for billing" },
  { place: 'IN1-44 to IN1-46', reason: 'employer, verification and the former plan, for billing' },
  { place: 'IN1-48', reason: "the insured's handicap" },
  { place: 'IN1-50 to IN1-53', reason: "the insured's signature, birth place and VIP mark" },
  {
    place: 'PID-18',
    of: ['ORU', 'MDM'],
    reason: 'account: where it is no number of the visit, results and documents are no authority on it',
  },
  { place: 'PID-32', of: ['ORU', 'MDM'], reason: 'reliability: results and documents are no authority on identities' },
  {
    place: 'PV1-2 to PV1-18',
    of: ['ORU', 'MDM'],
    reason: 'results and documents are no authority on visits: PV1-19 names the visit',
  },
  { place: 'PV1-20', of: ['ORU', 'MDM'], reason: 'the same' },
  { place: 'PV1-36 to PV1-40', of: ['ORU', 'MDM'], reason: 'the same' },
  { place: 'PV1-42 to PV1-45', of: ['ORU', 'MDM'], reason: 'the same' },
  { place: 'PV1-50', of: ['ORU', 'MDM'], reason: 'the same' },
  { place: 'PV1-52', of: ['ORU', 'MDM'], reason: 'the same' },
  { place: 'PV1-54', of: ['ORU', 'MDM'], reason: 'the same' },
  {
    place: 'EVN-6',
    of: ['ORU', 'MDM'],
    reason: 'when it happened: the time `occurred` of the event',
  },
  { place: 'ORC-1', of: ['ORU', 'MDM'], reason: 'what the message does with the order: it tells results' },
  { place: 'ORC-6', of: ['ORU', 'MDM'], reason: 'what answer the sender expects' },
  { place: 'ORC-20', of: ['ORU', 'MDM'], reason: 'billing' },
  { place: 'ORC-26', of: ['ORU', 'MDM'], reason: 'billing' },
  { place: 'OBR-1', of: ['ORU', 'MDM'], reason: 'number of the segment' },
  { place: 'OBR-23', of: ['ORU', 'MDM'], reason: 'billing' },
  { place: 'OBX-1', reason: 'number of the segment' },
  { place: 'NTE-1', reason: 'number of the segment' },
  { place: 'SPM-1', of: ['ORU'], reason: 'number of the segment' },
  { place: 'TQ1-1', of: ['ORU', 'MDM'], reason: 'number of the segment' },
  { place: 'PRT-2', of: ['ORU', 'MDM'], reason: 'what the message does with the participation: it tells of it' },
  { place: 'TXA-1', of: ['ORU', 'MDM'], reason: 'number of the segment' },
  {
    place: 'CWE-14 to CWE-22',
    reason: 'object identifiers of coding systems and value sets that CWE-3 and CWE-6 name (HL7 v2.7)',
  },
  { place: 'CX-2 to CX-3', reason: 'check digit and its scheme' },
  { place: 'CX-6', reason: 'facility that assigned the number: CX-4 names the authority' },
  { place: 'CX-9 to CX-10', reason: 'jurisdiction and agency that assigned the number: CX-4 names the authority' },
  { place: 'HD-3', reason: 'form of HD-2, which HD-2 itself shows' },
  { place: 'EI-4', reason: 'form of EI-3, which EI-3 itself shows' },
  { place: 'PL-11', reason: 'authority of the whole PL: PL-4 names the facility' },
  { place: 'TS-2', reason: 'precision of the time, which its digits show (withdrawn in HL7 v2.6)' },
  { place: 'XAD-10 to XAD-11', reason: 'census tract, and form of the characters' },
  { place: 'XAD-15 to XAD-23', reason: 'marks of an address (HL7 v2.6 and later)' },
  { place: 'XCN-8', reason: 'table from which the name was taken' },
  { place: 'XCN-10 to XCN-12', reason: 'type of the name, check digit and its scheme' },
  { place: 'XCN-14 to XCN-23', reason: 'marks of a name and of a number: XCN-9 names the authority' },
  { place: 'XON-4 to XON-5', reason: 'check digit and its scheme' },
  {
    place: 'XON-8 to XON-9',
    reason: 'facility that assigned the number, and form of the characters: XON-6 names the authority',
  },
  { place: 'XPN-8 to XPN-9', reason: 'form of the characters, and context of the name' },
  { place: 'XPN-11', reason: 'order in which the parts are shown: FHIR has each part' },
  { place: 'XPN-15', reason: 'how the name is called (HL7 v2.7)' },
  { place: 'XTN-10 to XTN-11', reason: 'prefix of the extension, and speed dial' },
  { place: 'XTN-13 to XTN-18', reason: 'marks of a number (HL7 v2.7)' },
];

/**
 * The part of the list that holds in some situations only. Whoever maps a message in one of them leaves these places (`leave`): elsewhere
 * they are taken.
 */
export const notTakenWhen = {
  cancelled: {
    place: 'PV1-2 to PV1-54, PV2, ROL, ZFM, ZFV, ZBE-3, ZBE-7, ZBE-8',
    when: 'ADT that take back a movement (CANCEL)',
    reason: 'what was before: what counts is what the other messages said (PV1-2 where none said a class)',
  },
  beforeDischarge: {
    place: 'PV1-36, PV1-37, ZFM-2, ZFM-4, ZFV-2, ZFV-9',
    when: 'ADT that tell of another movement than the discharge',
    reason: 'how a visit ends is told with its discharge',
  },
  otherWards: {
    place: 'PV1-3, ZBE-7, ZBE-8',
    when: 'ADT whose ZBE-9 does not name that ward',
    reason: 'wards of before: the movement does not change them',
  },
  replaced: {
    place: 'MRG-1',
    when: 'ADT that change identifiers of one patient (A43, A47)',
    reason: 'the former number goes; which one is told by its type and authority',
  },
  withoutMovement: {
    place: 'EVN-6',
    when: 'ADT that tell of no movement',
    reason: 'when it happened: the time `occurred` of the event',
  },
  removed: {
    place: 'DG1, OBX, ROL',
    when: 'ADT that remove what the segment tells of (DG1-21 = D; OBX-11 = D, W; ROL-2 = DE, UN; ROL-4 = `""`)',
    reason: 'it only says what is removed',
  },
  repeated: {
    place: 'AL1, DG1, IN1, OBX',
    when: 'ADT in which another segment says the same, but for its number',
    reason: 'what that one says is shown',
  },
  takenBack: {
    place: 'OBX, NTE, PRT, SPM',
    when: 'ORU that delete a result or a document, or say that it was another patient’s (OBX-11 D, W) or is not to be had (documents, X)',
    reason: 'never to be shown again: what it said goes with it',
  },
  undecodable: {
    place: 'OBX',
    when: 'ORU and MDM whose document cannot be decoded (`attachment-undecodable`)',
    reason: 'what is said of a content that is not there',
  },
  withdrawnDocument: {
    place: 'OBX, NTE',
    when: 'MDM that withdraw a document (T11, TXA-19 = CA)',
    reason: 'its content goes',
  },
  ofTransport: {
    place: 'OBX',
    when: 'ORU whose OBX-3 is a code of MetaDMPMSS that restricts nobody',
    reason: 'how a document is transported, not what was observed',
  },
} as const satisfies Readonly<Record<string, { place: string; when: string; reason: string }>>;

/** Fields of a segment that a situation of `notTakenWhen` names; without fields, the segment as a whole. */
export const leave = (
  _situation: keyof typeof notTakenWhen,
  segment: Segment | undefined,
  fields?: readonly number[],
): void => {
  if (segment === undefined) return;
  for (const field of fields ?? segment.fields.keys())
    if (field > 0 && (segment.fields[field] ?? '') !== '')
      for (const one of segment.repetitions(field)) one.accountFor(-1);
};

const onePlace = /^([A-Z][A-Z0-9]{1,2})(?:-(\d+)(?:\.(\d+))?)?$/;

interface Place {
  readonly name: string;
  readonly field: number;
  readonly component: number;
}

const placeIn = (text: string): Place => {
  const [, name, field = '0', component = '0'] = onePlace.exec(text) ?? [];
  if (name === undefined) throw new Error(`not a place: ${text}`);
  return { name, field: Number(field), component: Number(component) };
};

/** All places that an entry of the list names. */
export const placesOf = ({ place }: NotTaken): readonly Place[] => {
  const [from = '', to = from] = place.split(' to ');
  const [first, last] = [placeIn(from), placeIn(to)];
  const count = last.component > 0 ? last.component - first.component : last.field - first.field;
  return Array.from({ length: count + 1 }, (_, i) =>
    first.component > 0 ? { ...first, component: first.component + i } : { ...first, field: first.field + i },
  );
};

const isDataType = (name: string): name is DataType => (dataTypes as readonly string[]).includes(name);

/** Of one segment, what the list names. */
export interface ListedSegment {
  readonly isWhole: boolean;
  /** Bits of components by field; every bit where the field is named as a whole. */
  readonly fields: ReadonlyMap<number, number>;
}

const listedIn = (family: MessageFamily): ReadonlyMap<string, ListedSegment> => {
  const segments = new Map<string, { isWhole: boolean; fields: Map<number, number> }>();
  for (const entry of notTaken) {
    if (entry.of !== undefined && !entry.of.includes(family)) continue;
    for (const { name, field, component } of placesOf(entry)) {
      if (isDataType(name)) continue;
      const segment = segments.get(name) ?? { isWhole: false, fields: new Map<number, number>() };
      segments.set(name, segment);
      if (field === 0) segment.isWhole = true;
      else segment.fields.set(field, component === 0 ? -1 : (segment.fields.get(field) ?? 0) | (1 << component));
    }
  }
  return segments;
};

/** What the list names of segments, by family of messages. */
export const listed: Readonly<Record<MessageFamily, ReadonlyMap<string, ListedSegment>>> = {
  ADT: listedIn('ADT'),
  ORU: listedIn('ORU'),
  MDM: listedIn('MDM'),
};

const componentsOf = (type: DataType): number =>
  notTaken.flatMap(placesOf).reduce((bits, { name, field }) => (name === type ? bits | (1 << field) : bits), 0);

/** Components of a data type that the list names, as bits (bit n: component n): what a reader of that type accounts for with them. */
export const listedOf = Object.fromEntries(dataTypes.map((type) => [type, componentsOf(type)])) as Readonly<
  Record<DataType, number>
>;
