import type { JsonObject, RecordKey, Use } from '#domain';
import type { Mapping } from '../mapping/mapping.js';
import { isUnrepeated } from './order-document.js';
import type { OrderGroup } from './order-groups.js';
import type { ToldNumber } from './order-number.js';
import { type ObservationStatus, reportStatus } from './statuses.js';

const corrects: ReadonlySet<ObservationStatus> = new Set(['amended', 'corrected', 'deleted', 'wrong']);
const isOpen: ReadonlySet<ObservationStatus> = new Set(['preliminary', 'registered']);

/** What an order is told with. */
interface ToldWith {
  readonly number: ToldNumber;
  readonly patient: RecordKey;
  readonly effective: JsonObject;
  /** Of its results and documents. */
  readonly statuses: readonly ObservationStatus[];
  readonly isWithdrawn: boolean;
}

/** What the message says of results that were told before. */
const statusOf = ({ obr, observations }: OrderGroup, { statuses, isWithdrawn }: ToldWith): Use['status'] => {
  if (isWithdrawn) return 'withdrawn';
  const isCorrection =
    reportStatus(obr.text(25)) === 'corrected' ||
    statuses.some((status) => corrects.has(status)) ||
    observations.some(isUnrepeated);
  if (isCorrection) return 'corrected';
  return statuses.some((status) => isOpen.has(status)) ? 'preliminary' : 'final';
};

const startOf = ({ effectiveDateTime, effectivePeriod }: JsonObject): string | undefined => {
  const start =
    typeof effectivePeriod === 'object' && effectivePeriod !== null && 'start' in effectivePeriod
      ? effectivePeriod.start
      : effectiveDateTime;
  return typeof start === 'string' ? start : undefined;
};

/** When the specimen was taken: OBR-7, else SPM-17, else OBX-14 of the first result. */
const collectedOf = (
  { observations: [observed], specimens: [specimen] }: OrderGroup,
  effective: JsonObject,
  mapping: Mapping,
): string | undefined => {
  const told = startOf(effective);
  if (told !== undefined) return told;
  const spm = specimen?.spm;
  const taken = spm && mapping.time(spm.text(17, 1), `SPM[${spm.sequence}]-17`);
  const obx = observed?.obx;
  return (taken ?? (obx && mapping.time(obx.text(14), `OBX[${obx.sequence}]-14`)))?.text;
};

/** Which order the changes of this message mean by its number: senders give one number twice. */
export const useOf = (number: RecordKey, order: OrderGroup, told: ToldWith, mapping: Mapping): readonly Use[] => {
  if (told.number.reusable === undefined) return [];
  const { place, placer } = told.number.reusable;
  const collected = collectedOf(order, told.effective, mapping);
  return [
    {
      kind: 'use',
      number,
      patient: told.patient,
      ...(placer !== undefined && { placer }),
      ...(collected !== undefined && { collected }),
      status: statusOf(order, told),
      place,
    },
  ];
};
