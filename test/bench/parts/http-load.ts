import autocannon from 'autocannon';
import { establishment, identifierSystem, observationId, patientId, patientResource } from '../observations.js';
import type { Loaded } from './mllp-load.js';
import { runPart } from './run-part.js';

/** What is asked, again and again. */
export type Asked =
  | 'put'
  | 'bundle'
  | 'cloud-events'
  | 'read'
  | 'patient-by-identifier'
  | 'observations-of-patient'
  | 'bare';

export interface HttpLoad {
  readonly url: string;
  readonly token: string;
  readonly asked: Asked;
  readonly connections: number;
  readonly seconds: number;
  /** Ids begin behind this many. */
  readonly after: number;
  /** Records that a read may ask for. */
  readonly records: number;
}

/** Entries of a Bundle, events of a batch. */
export const together = 10;
const observationsOfPatient = 20;

const json = 'application/fhir+json';
const base = `/establishments/${establishment}/fhir`;

interface Request {
  readonly method: 'GET' | 'PUT' | 'POST';
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

const patient = (n: number): string => JSON.stringify(patientResource(n));

const several = (n: number): readonly number[] => Array.from({ length: together }, (_, i) => n * together + i);

const bundleOf = (n: number): string => {
  const entry = several(n).map((one) => ({
    resource: patientResource(one),
    request: { method: 'PUT', url: `Patient/${patientId(one)}` },
  }));
  return JSON.stringify({ resourceType: 'Bundle', type: 'transaction', entry });
};

const cloudEventsOf = (n: number): string =>
  JSON.stringify(
    several(n).map((one) => ({
      specversion: '1.0',
      id: String(one),
      source: '/bench',
      type: 'org.hl7.fhir.r4.put',
      subject: `Patient/${patientId(one)}`,
      datacontenttype: json,
      data: patientResource(one),
    })),
  );

/** Spread over all, without randomness: 7919 is prime. */
const spread = (n: number, over: number): number => (n * 7919) % over;

const requestOf = (asked: Asked, n: number, records: number): Request => {
  switch (asked) {
    case 'put':
      return {
        method: 'PUT',
        path: `${base}/Patient/${patientId(n)}`,
        headers: { 'content-type': json, 'x-request-id': `r${n}` },
        body: patient(n),
      };
    case 'bundle':
      return {
        method: 'POST',
        path: base,
        headers: { 'content-type': json, 'x-request-id': `b${n}` },
        body: bundleOf(n),
      };
    case 'cloud-events':
      return {
        method: 'POST',
        path: `/establishments/${establishment}/events`,
        headers: { 'content-type': 'application/cloudevents-batch+json' },
        body: cloudEventsOf(n),
      };
    case 'read':
    case 'bare':
      return { method: 'GET', path: `${base}/Observation/${observationId(spread(n, records))}` };
    case 'patient-by-identifier': {
      const value = encodeURIComponent(
        `${identifierSystem}|P${spread(n, Math.floor(records / observationsOfPatient))}`,
      );
      return { method: 'GET', path: `${base}/Patient?identifier=${value}` };
    }
    case 'observations-of-patient': {
      const id = patientId(spread(n, Math.floor(records / observationsOfPatient)));
      return { method: 'GET', path: `${base}/Observation?patient=${id}&_count=${observationsOfPatient}` };
    }
  }
};

const warmUpSeconds = 2;

await runPart(async ({ url, token, asked, connections, seconds, after, records }: HttpLoad, mark): Promise<Loaded> => {
  let n = after;
  const setupRequest = (request: Request) => {
    n += 1;
    const made = requestOf(asked, n, records);
    return { ...request, ...made, headers: { ...made.headers, authorization: `Bearer ${token}` } };
  };
  const run = (duration: number) => autocannon({ url, connections, duration, requests: [{ setupRequest }] });
  await run(warmUpSeconds);
  await mark('begin');
  const { latency, non2xx, errors, duration, ...result } = await run(seconds);
  await mark('end');
  return {
    done: result['2xx'],
    refused: non2xx + errors,
    seconds: duration,
    p50Ms: latency.p50,
    p99Ms: latency.p99,
  };
});
