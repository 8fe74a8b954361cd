import { Instant } from '#domain';

type Loose = Readonly<Record<string, unknown>>;

/** Where a type says when it took place: the first path that holds a time counts. Types that are not listed have none. */
const paths: Readonly<Record<string, readonly string[]>> = {
  AllergyIntolerance: ['recordedDate'],
  Appointment: ['start'],
  AuditEvent: ['recorded'],
  CarePlan: ['created'],
  Claim: ['created'],
  Communication: ['sent'],
  Composition: ['date'],
  Condition: ['recordedDate'],
  Consent: ['dateTime'],
  DiagnosticReport: ['effectiveDateTime', 'effectivePeriod.start', 'issued'],
  DocumentReference: ['date'],
  Encounter: ['period.start'],
  EpisodeOfCare: ['period.start'],
  ExplanationOfBenefit: ['created'],
  ImagingStudy: ['started'],
  Immunization: ['occurrenceDateTime'],
  Media: ['createdDateTime', 'createdPeriod.start'],
  MedicationAdministration: ['effectiveDateTime', 'effectivePeriod.start'],
  MedicationDispense: ['whenHandedOver', 'whenPrepared'],
  MedicationRequest: ['authoredOn'],
  MedicationStatement: ['effectiveDateTime', 'effectivePeriod.start', 'dateAsserted'],
  Observation: ['effectiveDateTime', 'effectiveInstant', 'effectivePeriod.start', 'issued'],
  Procedure: ['performedDateTime', 'performedPeriod.start'],
  Provenance: ['recorded'],
  QuestionnaireResponse: ['authored'],
  ServiceRequest: ['authoredOn'],
  Specimen: ['receivedTime'],
  Task: ['authoredOn'],
};

const at = (value: unknown, path: string): unknown =>
  path
    .split('.')
    .reduce<unknown>(
      (inner, name) => (typeof inner === 'object' && inner !== null ? (inner as Loose)[name] : undefined),
      value,
    );

/** A FHIR date (or a year, or a month) is no moment: without a time and a zone it counts as not said. */
const instantOf = (value: unknown): Instant | undefined => {
  if (typeof value !== 'string' || !/T.*(?:Z|[+-]\d\d:\d\d)$/.test(value)) return undefined;
  const ms = Date.parse(value);
  return Number.isNaN(ms) ? undefined : Instant.of(ms);
};

export const occurredAt = (type: string, resource: unknown): Instant | undefined => {
  for (const path of paths[type] ?? []) {
    const instant = instantOf(at(resource, path));
    if (instant !== undefined) return instant;
  }
  return undefined;
};
