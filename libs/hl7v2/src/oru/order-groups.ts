import type { Mapping } from '../mapping/mapping.js';
import { Segment } from '../message/segment.js';
import { isTextLine } from './observation-value.js';

/** An OBX with what belongs to it. */
export interface Observed {
  readonly obx: Segment;
  /** Further segments of the same text. */
  readonly lines: readonly Segment[];
  readonly notes: readonly Segment[];
  readonly participants: readonly Segment[];
  /** The SPM that it stands behind, where it stands behind one. */
  readonly specimen: Segment | undefined;
}

export interface SpecimenGroup {
  readonly spm: Segment;
  readonly notes: readonly Segment[];
}

export interface OrderGroup {
  readonly pid: Segment | undefined;
  readonly pv1: Segment | undefined;
  readonly orc: Segment | undefined;
  /** One that says nothing, where there is none. */
  readonly obr: Segment;
  /** There is an OBR, of which a report can be made. */
  readonly hasReport: boolean;
  /** The document's header, where the order is told with a document (v2.8, ORDER_DOCUMENT). */
  readonly txa: Segment | undefined;
  readonly notes: readonly Segment[];
  /** Notes of the patient, which stand behind PID. */
  readonly patientNotes: readonly Segment[];
  /** PRT and TQ1 of the order as a whole. */
  readonly participants: readonly Segment[];
  readonly timings: readonly Segment[];
  readonly observations: readonly Observed[];
  readonly specimens: readonly SpecimenGroup[];
}

type Growing<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer E)[] ? E[] : T[K] };

/** Fields in which the segments of one text agree: all but OBX-1 and the text. */
const lineFields = [2, 3, 4, 6, 7, 8, 11, 14];
const lineKey = (obx: Segment): string => lineFields.map((field) => obx.raw(field)).join('\r');

/** Segments that hold one text, line by line, under one code are one observation: a correction with fewer lines leaves none behind. */
const withLines = (observations: readonly Observed[]): readonly Observed[] => {
  const texts = observations.filter(({ obx }) => isTextLine(obx));
  if (texts.length < 2) return observations;
  const groups = Map.groupBy(texts, ({ obx }) => lineKey(obx));
  return observations.flatMap((observed) => {
    const group = isTextLine(observed.obx) ? groups.get(lineKey(observed.obx)) : undefined;
    if (group === undefined || group.length === 1) return [observed];
    if (group[0] !== observed) return [];
    const others = group.slice(1);
    return [
      {
        ...observed,
        lines: others.map(({ obx }) => obx),
        notes: [...observed.notes, ...others.flatMap(({ notes }) => notes)],
        participants: [...observed.participants, ...others.flatMap(({ participants }) => participants)],
      },
    ];
  });
};

/** Reads segment by segment: patient, visit and order hold until the next one is named. */
class OrderReader {
  readonly groups: Growing<OrderGroup>[] = [];
  private pid: Segment | undefined;
  private pv1: Segment | undefined;
  private patientNotes: Segment[] = [];
  /** Of the order whose OBR follows. */
  private timings: Segment[] = [];
  private orc: Segment | undefined;
  private txa: Segment | undefined;
  private group: Growing<OrderGroup> | undefined;
  private observed: Growing<Observed> | undefined;
  /** What no OBR was before: of the order whose OBR follows, as documents are, or of none. */
  private before: Growing<Observed>[] = [];
  /** What no OBR follows: of the patient (v2.8, PATIENT_OBSERVATION), or of senders that leave it out. */
  private loose: Omit<Growing<OrderGroup>, 'pid' | 'pv1'>[] = [];
  /** Notes belong to what stands right before them. */
  private notes: Segment[] | undefined;

  constructor(private readonly mapping: Mapping) {}

  read(segment: Segment): void {
    switch (segment.name) {
      case 'PID':
        this.closePatient();
        this.patientNotes = [];
        Object.assign(this, { pid: segment, pv1: undefined, orc: undefined, notes: this.patientNotes });
        return;
      case 'PV1':
        this.pv1 = segment;
        break;
      case 'ORC':
        this.order(segment);
        break;
      case 'OBR':
        this.open(segment);
        return;
      case 'OBX':
        this.observe(segment);
        return;
      case 'SPM': {
        const specimen = { spm: segment, notes: [] };
        this.group?.specimens.push(specimen);
        this.notes = specimen.notes;
        this.observed = undefined;
        return;
      }
      case 'TXA':
        if (this.group) this.group.txa = segment;
        else this.txa = segment;
        break;
      case 'PRT':
        (this.observed ?? this.group)?.participants.push(segment);
        return;
      case 'TQ1':
        (this.group?.timings ?? this.timings).push(segment);
        break;
      case 'NTE':
        this.notes?.push(segment);
        return;
    }
    this.notes = undefined;
    this.observed = undefined;
  }

  /** All of the patient is told; the visit may be told behind what no OBR follows. */
  closePatient(): void {
    this.close();
    const { pid, pv1 } = this;
    for (const group of this.loose) this.groups.push({ ...group, pid, pv1 });
    this.loose = [];
  }

  /** The order is told. */
  private close(): void {
    this.leaveLoose(this.before, this.orc);
    Object.assign(this, { group: undefined, observed: undefined, txa: undefined, before: [] });
  }

  /** Each is an order of its own: what one is told by is not to depend on what else is told. */
  private leaveLoose(all: readonly Observed[], orc: Segment | undefined): void {
    const obr = new Segment('OBR', this.mapping.message.syntax, 0);
    for (const observed of withLines(all)) {
      this.mapping.warn('observation-without-order', `OBX[${observed.obx.sequence}]`);
      const { txa } = this;
      const none = { notes: [], patientNotes: [], participants: [], timings: [], specimens: [] };
      this.loose.push({ orc, obr, hasReport: false, txa, ...none, observations: [observed] });
    }
  }

  private open(obr: Segment): void {
    // Between an ORC and its OBR stands what is of that order; without an ORC it is of the patient.
    if (this.orc === undefined) this.close();
    const { pid, pv1, orc, txa, before, patientNotes } = this;
    const none = { notes: [], participants: [], timings: this.timings, specimens: [] };
    this.timings = [];
    this.group = { pid, pv1, orc, obr, hasReport: true, txa, ...none, patientNotes, observations: before };
    this.groups.push(this.group);
    this.notes = this.group.notes;
    Object.assign(this, { observed: undefined, txa: undefined, before: [] });
  }

  /** Before its OBR; of senders that turn the two round, right behind it. */
  private order(orc: Segment): void {
    const { group } = this;
    if (group && group.orc === undefined && group.observations.length === 0) {
      group.orc = orc;
      return;
    }
    this.close();
    this.orc = orc;
  }

  private observe(obx: Segment): void {
    const specimen = this.group?.specimens.at(-1)?.spm;
    const observed: Growing<Observed> = { obx, lines: [], notes: [], participants: [], specimen };
    this.observed = observed;
    this.notes = observed.notes;
    (this.group?.observations ?? this.before).push(observed);
  }
}

/** Orders in the order of the message: of an ORU all, of an MDM those in the segments before its document. */
export const orderGroups = (
  mapping: Mapping,
  segments: readonly Segment[] = mapping.message.segments,
): readonly OrderGroup[] => {
  const reader = new OrderReader(mapping);
  for (const segment of segments) reader.read(segment);
  reader.closePatient();
  return reader.groups.map((group) => ({ ...group, observations: withLines(group.observations) }));
};
