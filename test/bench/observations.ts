import { Finess, Instant, type LogEvent, RecordKey } from '#domain';

/** FINESS-shaped, fictitious. */
export const establishment = Finess.parse('990000001');
export const territory = 'ght-bench';

export const versionsEach = 3;
export const observationsOfPatient = 20;

/** A small generator of numbers (mulberry32): the same seed, the same log. */
const numbers = (seed: number): (() => number) => {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
};

const words =
  'sodium potassium créatinine prélèvement contrôle hémolyse sérum plasma limite normale répété dilution automate technique validée biologiste commentaire stable attendu différé'.split(
    ' ',
  );

const bodyBytes = 1400;

export const recordsOf = (events: number): number => Math.ceil(events / versionsEach);

export const observationId = (record: number): string => `obs-${record.toString(16).padStart(8, '0')}`;
export const patientId = (patient: number): string => `pat-${patient.toString(16).padStart(8, '0')}`;
export const patientOfRecord = (record: number): number => Math.floor(record / observationsOfPatient);
export const identifierSystem = 'urn:oid:1.2.250.1.999.1';

const observation = (record: number, version: number): Buffer => {
  const random = numbers(record * versionsEach + version);
  const resource = {
    resourceType: 'Observation',
    id: observationId(record),
    identifier: [{ system: 'urn:oid:1.2.250.1.999.3', value: `R${record}` }],
    status: version === 0 ? 'preliminary' : 'final',
    category: [
      { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/observation-category', code: 'laboratory' }] },
    ],
    code: {
      coding: [{ system: 'http://loinc.org', code: '2951-2', display: 'Sodium [Moles/volume] in Serum or Plasma' }],
    },
    subject: { reference: `Patient/${patientId(patientOfRecord(record))}` },
    effectiveDateTime: new Date(1_790_000_000_000 + record * 1000).toISOString(),
    valueQuantity: {
      value: Math.round(random() * 10_000) / 100,
      unit: 'mmol/L',
      system: 'http://unitsofmeasure.org',
      code: 'mmol/L',
    },
    referenceRange: [{ low: { value: 136, unit: 'mmol/L' }, high: { value: 145, unit: 'mmol/L' } }],
    note: [{ text: '' }],
  };
  const bare = Buffer.byteLength(JSON.stringify(resource));
  let text = '';
  for (let bytes = bare; bytes < bodyBytes; ) {
    const word = `${words[Math.floor(random() * words.length)]} ${Math.floor(random() * 1000)} `;
    text += word;
    bytes += Buffer.byteLength(word);
  }
  return Buffer.from(JSON.stringify({ ...resource, note: [{ text }] }));
};

const said = (messageId: string, label: string, record: RecordKey, patient: RecordKey, content: Buffer): LogEvent => ({
  format: 'fhir',
  sender: 'his-bench',
  incarnation: 1,
  messageId,
  receivedAt: Instant.of(1_790_000_000_000),
  mapping: { name: 'fhir-r4', version: 1 },
  label,
  charset: 'utf-8',
  acknowledgement: '200',
  warnings: [],
  changes: [{ kind: 'put', record, patient, content }],
  received: content,
});

/**
 * Event `index` of a log of `events`: Observations of 1.4 kB, three versions of each record, a whole round over all records before
 * the next version; a message id each.
 */
export const observationEvent = (index: number, events: number): LogEvent => {
  const record = index % recordsOf(events);
  const content = observation(record, Math.floor(index / recordsOf(events)));
  const patient = RecordKey.of('Patient', patientId(patientOfRecord(record)));
  return said(`m-${index}`, 'PUT Observation', RecordKey.of('Observation', observationId(record)), patient, content);
};

export const patientResource = (patient: number): Readonly<Record<string, unknown>> => ({
  resourceType: 'Patient',
  id: patientId(patient),
  identifier: [{ system: identifierSystem, value: `P${patient}` }],
  name: [{ use: 'official', family: `ESSAI${patient % 997}`, given: ['Camille', 'Dominique'] }],
  gender: patient % 2 === 0 ? 'female' : 'male',
  birthDate: `19${String(40 + (patient % 60)).padStart(2, '0')}-03-24`,
  address: [{ city: 'ESSAI-SUR-MER', postalCode: '99999', country: 'FRA' }],
});

export const patientEvent = (patient: number): LogEvent => {
  const content = Buffer.from(JSON.stringify(patientResource(patient)));
  const record = RecordKey.of('Patient', patientId(patient));
  return said(`p-${patient}`, 'PUT Patient', record, record, content);
};
