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
  { place: 'EVN-1', reason: 'the trigger, which MSH-9 tells' },
  { place: 'PID-1', reason: 'number of the segment' },
  {
    place: 'CWE-14 to CWE-22',
    reason: 'object identifiers of coding systems and value sets that CWE-3 and CWE-6 name (HL7 v2.7)',
  },
  { place: 'HD-3', reason: 'form of HD-2, which HD-2 itself shows' },
  { place: 'EI-4', reason: 'form of EI-3, which EI-3 itself shows' },
  { place: 'TS-2', reason: 'precision of the time, which its digits show (withdrawn in HL7 v2.6)' },
];

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
