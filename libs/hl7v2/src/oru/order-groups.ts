import type { Mapping } from '../mapping/mapping.js';
import type { Segment } from '../message/segment.js';

export interface OrderGroup {
  readonly pid: Segment | undefined;
  readonly pv1: Segment | undefined;
  readonly orc: Segment | undefined;
  readonly obr: Segment;
  readonly observations: readonly { readonly obx: Segment; readonly notes: readonly Segment[] }[];
}

/** What came before the segment that is being read. */
interface Before {
  pid: Segment | undefined;
  pv1: Segment | undefined;
  orc: Segment | undefined;
}

type Growing = OrderGroup & { readonly observations: { readonly obx: Segment; readonly notes: Segment[] }[] };

/** Orders of an ORU_R01 in the order of the message: patient, visit and order hold until the next one is named. */
export const orderGroups = (mapping: Mapping): readonly OrderGroup[] => {
  const groups: Growing[] = [];
  const before: Before = { pid: undefined, pv1: undefined, orc: undefined };
  let group: Growing | undefined;
  /** Notes belong to the observation right before them. */
  let notes: Segment[] | undefined;
  for (const segment of mapping.message.segments) {
    switch (segment.name) {
      case 'PID':
        Object.assign(before, { pid: segment, pv1: undefined, orc: undefined });
        group = undefined;
        break;
      case 'PV1':
        before.pv1 = segment;
        break;
      case 'ORC':
        before.orc = segment;
        group = undefined;
        break;
      case 'OBR':
        group = { ...before, obr: segment, observations: [] };
        groups.push(group);
        break;
      case 'OBX':
        if (group === undefined) mapping.warn('observation-without-order', `OBX[${segment.sequence}]`);
        else {
          notes = [];
          group.observations.push({ obx: segment, notes });
          continue;
        }
        break;
      case 'NTE':
        notes?.push(segment);
        continue;
    }
    notes = undefined;
  }
  return groups;
};
