import type { Change, Collection, JsonObject, Member, RecordKey } from '#domain';
import { codeKey } from '../mapping/codes.js';
import type { Mapping } from '../mapping/mapping.js';
import { leave } from '../represented/not-taken.js';
import type { Segment } from '../message/segment.js';
import { limits } from '../message/survey.js';
import { confirmedObservation, observationOf, type ObservedWithin } from '../oru/observation.js';
import { isTextLine } from '../oru/observation-value.js';
import { isDocument, isUnrepeated } from '../oru/order-document.js';
import type { Observed } from '../oru/order-groups.js';
import type { VisitReference } from '../oru/patient-visit.js';
import { isTakenBack, observationStatus } from '../oru/statuses.js';
import { applicationOf, recordWithin } from './resource-rules.js';
import { toldApart } from './told-list.js';

type Growing = Observed & { readonly notes: Segment[] };

/** Every OBX with the notes right behind it. */
const observedIn = (mapping: Mapping): readonly Observed[] => {
  const all: Growing[] = [];
  let current: Growing | undefined;
  for (const segment of mapping.message.segments) {
    if (segment.name === 'NTE') current?.notes.push(segment);
    else if (segment.name !== 'OBX') current = undefined;
    else {
      current = { obx: segment, lines: [], notes: [], participants: [], specimen: undefined };
      all.push(current);
    }
  }
  return all;
};

/** Fields in which the lines of one text agree: all but OBX-1 and the text. */
const lineFields = [2, 3, 4, 6, 7, 8, 11, 14];
const lineKey = (obx: Segment): string => lineFields.map((field) => obx.raw(field)).join('\r');

const keyOf = (obx: Segment): string => `${codeKey(obx.first(3))}|${obx.first(4)?.whole().trim() ?? ''}`;

/** Observations with their keys: lines of one text under one code are one, others of the same code are told apart by their content. */
const keyed = (all: readonly Observed[]): readonly (readonly [string, Observed])[] => {
  const texts = Map.groupBy(
    all.filter(({ obx }) => isTextLine(obx)),
    ({ obx }) => lineKey(obx),
  );
  const joined = [...texts.values()].flatMap(([first, ...others]): readonly Observed[] => {
    if (first === undefined) return [];
    const lines = others.map(({ obx }) => obx);
    return [{ ...first, lines, notes: [...first.notes, ...others.flatMap(({ notes }) => notes)] }];
  });
  const single = [...all.filter(({ obx }) => !isTextLine(obx)), ...joined];
  const bySegment = new Map(single.map((observed) => [observed.obx, observed]));
  return toldApart([...bySegment.keys()], keyOf).flatMap(({ segment, key }) => {
    const observed = bySegment.get(segment);
    return observed ? [[key, observed] as const] : [];
  });
};

/** When something was observed that says it not itself: EVN-6, when the event occurred, else EVN-2. */
const effectiveOf = (mapping: Mapping): JsonObject => {
  const evn = mapping.message.first('EVN');
  for (const field of [6, 2]) {
    const time = mapping.time(evn?.text(field) ?? '', `EVN-${field}`);
    if (time) return { effectiveDateTime: time.text };
  }
  return {};
};

/**
 * What was observed of the patient in an ADT (weight, height and any other): of the visit, where the message names one. What the message
 * tells of is all that its application knows. A result that is taken back, or becomes final without being repeated, leaves all others.
 */
export const observations = (
  patient: RecordKey,
  encounter: VisitReference | undefined,
  mapping: Mapping,
): readonly Change[] => {
  const all = observedIn(mapping);
  if (all.length === 0) return [];
  if (all.length > limits.observations) {
    mapping.findings.refuse('observations-many', `OBX^${limits.observations + 1}`);
    return [];
  }
  const owner = encounter?.reference ?? patient;
  const within: ObservedWithin = {
    patient,
    encounter,
    effective: effectiveOf(mapping),
    specimen: undefined,
    parent: undefined,
  };
  const list: Member[] = [];
  const removed: RecordKey[] = [];
  const confirmed: Change[] = [];
  for (const [key, observed] of keyed(all)) {
    const { obx } = observed;
    const code = obx.text(11);
    const status = observationStatus(code);
    const place = `OBX[${obx.sequence}]`;
    if (isTakenBack(status)) {
      leave('removed', obx);
      removed.push(recordWithin('Observation', 'observation', owner, key, mapping));
    } else if (isDocument(observed)) mapping.warn('value-type-unmapped', place);
    else {
      if (status === 'unknown' && code !== '') mapping.warn('code-unknown', `${place}-11`);
      const record = recordWithin('Observation', 'observation', owner, key, mapping);
      if (isUnrepeated(observed)) {
        mapping.warn('value-not-repeated', `${place}-11`);
        confirmed.push(...confirmedObservation(record, observed, status, within, mapping));
      } else list.push({ record, content: observationOf(record, observed, status, within, mapping).content });
    }
  }
  const whole: Collection = {
    kind: 'collection',
    owner,
    patient,
    name: 'observations',
    application: applicationOf(mapping),
    members: list,
  };
  // What takes a single one back, or makes it final, tells no list: the others stay.
  const isWhole = confirmed.length === 0 && removed.length === 0;
  return [isWhole ? whole : { ...whole, removed }, ...confirmed];
};
