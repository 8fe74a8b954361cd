import { type Finess, Instant, RecordKey } from '#domain';
import { patientKey } from '../../../libs/testing/src/builders/feed.js';
import { changes, putPatient, putText, start } from './a-reader.spec.js';

// No test of its own: the records that the specs of the reader ask for.

export const fhir = (finess: Finess): string => `/establishments/${finess}/fhir`;
/** When the first establishment that is fed took the event of this position; in an address. */
export const at = (position: number): string => encodeURIComponent(Instant.iso(Instant.of(start + position * 1000)));

export const exact =
  '{ "resourceType":"Observation","id":"o1", "valueQuantity":{"value":1.30,"x":12345678901234567890} ,"meta":{"tag":[{"code":"t"}]}}';
export const martin = {
  identifier: [{ system: 'urn:ipp', value: 'ipp-1' }],
  name: [{ family: "D'Hôtel-Martin", given: ['Zoé', 'Anne'] }],
  birthDate: '1980-03-24',
  gender: 'female',
};

/** With their positions in the log. */
export const firstEvents = [
  putPatient('p1', martin), // 0
  putPatient('p2', { name: [{ family: 'Martinez', given: ['Luc'] }], birthDate: '1975', gender: 'male' }), // 1
  putText('Observation/o1', exact, 'Patient/p1'), // 2
  putText(
    'Observation/o2',
    '{"resourceType":"Observation","id":"o2","subject":{"reference":"Patient/p2"}}',
    'Patient/p2',
  ), // 3
  putPatient('p1', { ...martin, gender: 'other' }), // 4
  changes({ kind: 'remove', record: RecordKey.parse('Observation/o2') }), // 5
  changes({ kind: 'identify', patient: patientKey('old'), edits: [{ op: 'set', member: 'gender', value: 'male' }] }), // 6
  changes({ kind: 'identify', patient: patientKey('new'), edits: [] }), // 7
  changes({ kind: 'link', patient: patientKey('old'), into: patientKey('new') }), // 8
];
