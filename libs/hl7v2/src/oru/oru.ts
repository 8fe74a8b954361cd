import type { Change, JsonObject, Put } from '#domain';
import { RecordKey } from '#domain';
import type { Mapping } from '../mapping/mapping.js';
import { codeKey } from '../mapping/codes.js';
import { confirmedObservation, leaveObserved, observationOf, withdrawnObservation } from './observation.js';
import { documentOfObx, isDocument, isMetadata, isUnrepeated, restrictionsIn } from './order-document.js';
import { type Observed, type OrderGroup, orderGroups } from './order-groups.js';
import { useOf } from './number-use.js';
import { keyOfWrong, Occurrences, orderNumber, type ToldNumber } from './order-number.js';
import { encounterOf, Patients, type VisitReference } from './patient-visit.js';
import { effectiveOf, reportOf } from './report.js';
import { specimenOf, specimenOfObr } from './specimen.js';
import { isTakenBack, type ObservationStatus, observationStatus } from './statuses.js';
import type { Segment } from '../message/segment.js';

/** What an order is read with: who it is of and what its records are told by. */
interface Within {
  readonly patient: RecordKey;
  readonly encounter: VisitReference | undefined;
  readonly number: ToldNumber;
  /** Whose numbers are counted: the patient's own, where the sender gave them. */
  readonly scope: string;
  readonly reportKey: string;
  readonly effective: JsonObject;
}

/** Documents and results apart. The OBR of a document's transport is its envelope: no report of results. */
const sorted = (
  all: readonly Observed[],
): {
  readonly documents: readonly Observed[];
  readonly observations: readonly Observed[];
  readonly isEnvelope: boolean;
} => {
  const documents: Observed[] = [];
  const observations: Observed[] = [];
  for (const observed of all)
    if (isDocument(observed)) documents.push(observed);
    else if (!isMetadata(observed)) observations.push(observed);
  const isEnvelope = observations.length === 0 && documents.length < all.length;
  return { documents, observations, isEnvelope };
};

interface Specimens {
  readonly changes: readonly Change[];
  readonly records: ReadonlyMap<Segment, RecordKey>;
}

/** What the orders of one message share. */
class Results {
  private readonly told = new Occurrences();
  /** Apart: a result that is deleted and told anew in one message is one. */
  private readonly withdrawn = new Occurrences();
  /** Results of the message by patient, order number, code and sub-id: what OBR-26 and OBR-29 name as parent. */
  private readonly parents = new Map<string, RecordKey>();
  /** By patient. */
  private readonly specimens = new Set<string>();

  constructor(private readonly mapping: Mapping) {}

  changesOf(order: OrderGroup, patient: RecordKey): readonly Change[] {
    const { mapping } = this;
    const { obr } = order;
    const { idOf } = mapping.context;
    const number = orderNumber(order, patient, mapping);
    const orderKey = `${number.value}|${codeKey(obr.first(4))}`;
    const scope = number.isGiven ? patient : '';
    const reportKey = order.hasReport ? this.told.of(orderKey, scope) : orderKey;
    const encounter = order.pid && encounterOf(order.pid, order.pv1, mapping);
    const within: Within = { patient, encounter, number, scope, reportKey, effective: effectiveOf(obr, mapping) };
    const { documents, observations, isEnvelope } = sorted(order.observations);
    const hasReport = order.hasReport && !isEnvelope;
    const report = RecordKey.of('DiagnosticReport', idOf('report', number.domain, reportKey));
    const told = [...documents, ...observations].map(({ obx }) => observationStatus(obx.text(11)));
    // Nothing of this patient's is left of the order: what is told of it since may be another's.
    const isWithdrawn = told.length > 0 && told.every(isTakenBack);
    const use = useOf(report, order, { ...within, statuses: told, isWithdrawn }, mapping);
    const specimens = isWithdrawn ? this.withdrawnSpecimens(order, within) : this.specimensOf(order, within);
    const changes: Change[] = [...use, ...specimens.changes];
    const attachments: JsonObject[] = [];
    const restrictions = documents.length > 0 ? restrictionsIn(order.observations) : [];
    const about = {
      patient,
      encounter,
      report: hasReport ? report : undefined,
      restrictions,
      effective: within.effective,
      isSpecimenOfObr: specimens.records.has(obr),
    };
    for (const observed of documents) {
      const key = {
        domain: number.domain,
        value: this.keyOf(observed.obx, observationStatus(observed.obx.text(11)), within),
      };
      const document = documentOfObx(key, observed, order, about, mapping);
      changes.push(...document.changes);
      attachments.push(...document.attachments);
    }
    const results = this.resultsOf(order.obr, observations, within, specimens.records);
    changes.push(...results.withdrawn, ...results.changes);
    if (hasReport) {
      const { records } = results;
      const reported = {
        ...within,
        specimens: [...specimens.records.values()],
        isSpecimenOfObr: specimens.records.has(obr),
        results: records,
        attachments,
      };
      const put = reportOf(report, order, reported, mapping);
      if (isWithdrawn) changes.push({ ...put, kind: 'withdraw' });
      else if (documents.some(isUnrepeated)) changes.push({ ...put, kind: 'default' }, { ...put, kind: 'merge-patch' });
      else changes.push(put);
    }
    return changes;
  }

  private keyOf(obx: Segment, status: ObservationStatus, { scope, reportKey }: Within): string {
    const key = `${reportKey}|${codeKey(obx.first(3))}|${obx.first(4)?.whole().trim() ?? ''}`;
    return (isTakenBack(status) ? this.withdrawn : this.told).of(key, scope);
  }

  /** Specimens of the order by their SPM; by its OBR where there is none. */
  private toldSpecimens(order: OrderGroup, within: Within): readonly (readonly [Segment, Required<Put>])[] {
    const told =
      order.specimens.length > 0
        ? order.specimens.map((group) => [group.spm, specimenOf(group, within, this.mapping)] as const)
        : [[order.obr, specimenOfObr(order.obr, within, this.mapping)] as const];
    return told.flatMap(([segment, put]) => (put ? [[segment, put] as const] : []));
  }

  private isTold({ patient, record }: Required<Put>): boolean {
    return this.specimens.has(`${patient} ${record}`);
  }

  /** One that several orders share is told once. */
  private specimensOf(order: OrderGroup, within: Within): Specimens {
    const told = this.toldSpecimens(order, within);
    const changes = told.flatMap(([, put]) => (this.isTold(put) ? [] : [put]));
    for (const put of changes) this.specimens.add(`${put.patient} ${put.record}`);
    return { changes, records: new Map(told.map(([segment, { record }]) => [segment, record])) };
  }

  /** Of an order whose results are all taken back: what was told of the specimen since may be another's, and no report names it. */
  private withdrawnSpecimens(order: OrderGroup, within: Within): Specimens {
    const changes = this.toldSpecimens(order, within).flatMap(([, put]): Change[] =>
      this.isTold(put) ? [] : [{ ...put, kind: 'withdraw' }],
    );
    return { changes, records: new Map() };
  }

  private resultsOf(
    obr: Segment,
    observations: readonly Observed[],
    within: Within,
    specimens: ReadonlyMap<Segment, RecordKey>,
  ): {
    readonly withdrawn: readonly Change[];
    readonly changes: readonly Change[];
    readonly records: readonly RecordKey[];
  } {
    const { mapping } = this;
    const { patient, encounter, effective, number } = within;
    const parent = this.parentOf(obr, number, patient);
    const only = specimens.size === 1 ? [...specimens.values()][0] : undefined;
    const withdrawn: Change[] = [];
    const changes: Change[] = [];
    const records: RecordKey[] = [];
    for (const observed of observations) {
      const { obx } = observed;
      const told = obx.text(11);
      const status = observationStatus(told);
      if (status === 'unknown' && told !== '') mapping.warn('code-unknown', `OBX[${obx.sequence}]-11`);
      const key = this.keyOf(obx, status, within);
      const recordOf = (key: string): RecordKey =>
        RecordKey.of('Observation', mapping.context.idOf('observation', number.domain, key));
      const record = recordOf(key);
      if (status === 'deleted') {
        withdrawn.push({ kind: 'withdraw', record, patient });
        leaveObserved(observed);
      } else if (status === 'wrong')
        withdrawn.push(...withdrawnObservation(record, recordOf(keyOfWrong(key, patient)), observed, patient, mapping));
      else {
        records.push(record);
        this.parents.set(`${patient}|${number.value}|${obx.text(3)}|${obx.text(4)}`, record);
        const specimen = (observed.specimen && specimens.get(observed.specimen)) ?? only;
        const about = { patient, encounter, effective, specimen, parent };
        if (isUnrepeated(observed)) {
          mapping.warn('value-not-repeated', `OBX[${obx.sequence}]-11`);
          changes.push(...confirmedObservation(record, observed, status, about, mapping));
        } else changes.push(observationOf(record, observed, status, about, mapping));
      }
    }
    return { withdrawn, changes, records };
  }

  /** OBR-26 names code and sub-id of the parent result, OBR-29 its order; found where the same message tells of it. */
  private parentOf(obr: Segment, own: ToldNumber, patient: RecordKey): RecordKey | undefined {
    const result = obr.first(26);
    if (result === undefined) return undefined;
    const order = obr.first(29);
    const numbers = [order?.sub(2, 1) ?? '', order?.sub(1, 1) ?? '', own.value];
    for (const number of numbers) {
      const parent =
        number === '' ? undefined : this.parents.get(`${patient}|${number}|${result.sub(1, 1)}|${result.text(2)}`);
      if (parent) return parent;
    }
    return undefined;
  }
}

/** Triggers of ORU that are mapped: a laboratory's results, and those of the point of care without, with and for an order. */
export const resultTriggers = ['R01', 'R30', 'R31', 'R32'] as const;

/**
 * ORU^R01, R30, R31 and R32: an Observation for each OBX (lines of one text are one), a DiagnosticReport for each OBR, a Specimen for
 * each SPM, and for each document in an OBX a DocumentReference with its Binary.
 */
export const oruChanges = (mapping: Mapping): readonly Change[] => {
  const results = new Results(mapping);
  const patients = new Patients(mapping);
  const changes: Change[] = [];
  for (const order of orderGroups(mapping)) {
    const patient = patients.of(order.pid);
    if (patient === undefined) mapping.warn('patient-unknown', 'PID-3');
    else changes.push(...results.changesOf(order, patient));
  }
  return [...patients.changes, ...changes];
};
